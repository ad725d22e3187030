import { useEffect, useRef, useState } from 'react';
import { desktopBridge } from '../../client/bridge.ts';
import { guardLeaving } from '../../client/leave-guard.ts';
import { goTo } from '../../client/page.ts';
import type { Route } from '../../store/route.ts';
import { useDashboard } from '../dashboard-context.ts';

export interface LeaveGuardModel {
  /** Somebody wants to leave, and is asked. */
  readonly asks: boolean;
  readonly stay: () => void;
  /** Discards what is unsaved, and goes. */
  readonly leave: () => void;
}

/** While `isUnsaved`, leaving the settings asks first; another section of them is no leaving. */
export function useLeaveGuard(isUnsaved: boolean, discard: () => void): LeaveGuardModel {
  const { store } = useDashboard();
  const [to, setTo] = useState<Route | null>(null);
  const isLeaving = useRef(false);
  useEffect(() => {
    if (!isUnsaved) return undefined;
    return guardLeaving((route) => {
      if (route.view === 'settings' || isLeaving.current) return true;
      setTo(route);
      return false;
    });
  }, [isUnsaved]);
  useEffect(() => {
    // The desktop's window would not close, without a word: it has no such question.
    if (!isUnsaved || desktopBridge() !== null) return undefined;
    const onUnload = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', onUnload);
    return () => window.removeEventListener('beforeunload', onUnload);
  }, [isUnsaved]);
  const leave = (): void => {
    if (to === null) return;
    isLeaving.current = true;
    discard();
    goTo(store, to, 'push');
  };
  return { asks: to !== null && isUnsaved, stay: () => setTo(null), leave };
}
