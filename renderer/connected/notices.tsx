import { type ReactNode, useCallback, useEffect } from 'react';
import { withNotice, withoutNotice } from '../store/changes.ts';
import { change } from '../store/dashboard-store.ts';
import type { Notice } from '../store/notices.ts';
import { NoticeList } from '../views/notice-list.tsx';
import { useDashboard, useDashboardState } from './dashboard-context.ts';

/** What went well is read once; what did not stays until somebody has seen it. */
const shownMs = 6000;

export function Notices(): ReactNode {
  const { store } = useDashboard();
  const notices = useDashboardState((state) => state.notices);
  const brief = notices.find(({ intent }) => intent === 'success' || intent === 'info')?.id;
  useEffect(() => {
    if (brief === undefined) return undefined;
    const timer = setTimeout(() => change(store, withoutNotice, brief), shownMs);
    return () => clearTimeout(timer);
  }, [store, brief]);
  return <NoticeList notices={notices} onDismiss={(id) => change(store, withoutNotice, id)} />;
}

/** Says something at the edge of the page. */
export function useNotify(): (intent: Notice['intent'], text: string) => void {
  const { store } = useDashboard();
  return useCallback((intent, text) => change(store, withNotice, { intent, text }), [store]);
}
