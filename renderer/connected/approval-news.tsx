import { useEffect, useRef } from 'react';
import { approvalNews, noNews } from '../selectors/approval-news.ts';
import { withNotice, withoutNoticesTo } from '../store/changes.ts';
import { change } from '../store/dashboard-store.ts';
import { useDashboard, useDashboardState } from './dashboard-context.ts';

const inbox = '#/approvals';

/** Says that something waits for a decision while another view is open. Draws nothing. */
export function ApprovalNews(): null {
  const { store } = useDashboard();
  const approvals = useDashboardState(({ fleet }) => fleet.approvals);
  const isKnown = useDashboardState(({ fleetKnown }) => fleetKnown);
  const watched = useDashboardState(({ route }) => route.view === 'approvals');
  const isHeld = useRef(false);
  /** The clock matters only while something is held back. */
  const now = useDashboardState((state) => (isHeld.current ? state.now : 0));
  const known = useRef(noNews);
  useEffect(() => {
    if (!isKnown) return;
    const { news, say } = approvalNews(known.current, store.getState().fleet, Date.now(), watched);
    known.current = news;
    isHeld.current = news.branches.size > 0;
    for (const text of say) change(store, withNotice, { intent: 'warning', text, href: inbox });
    // What was said is over when everything is decided, or on the screen.
    if (news.known?.size === 0 || watched) change(store, withoutNoticesTo, inbox);
  }, [store, approvals, isKnown, watched, now]);
  return null;
}
