import { useCallback, useEffect, useState } from 'react';
import type { DesktopBridge, LoginItem, UpdateStatus } from '../../../protocol/desktop.ts';

/** While the section is open; what is asked is answered by this machine's own shell. */
const lookEveryMs = 2000;

export interface DesktopModel {
  /** null: not known yet. */
  readonly login: LoginItem | null;
  readonly updates: UpdateStatus | null;
  /** When that was answered (milliseconds since 1970). */
  readonly now: number;
  /** The shell did not answer, in its words; null: it did. */
  readonly trouble: string | null;
  /** A change is on its way. */
  readonly busy: boolean;
  readonly setLogin: (on: boolean) => void;
  readonly check: () => void;
  readonly download: () => void;
  readonly restart: () => void;
}

/** What the desktop application says of itself. The start at login is read anew when the window comes back: Task Manager may have changed it. */
export function useDesktop(bridge: DesktopBridge): DesktopModel {
  const [login, setLogin] = useState<LoginItem | null>(null);
  const [{ updates, now }, setUpdates] = useState<Pick<DesktopModel, 'updates' | 'now'>>({ updates: null, now: 0 });
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const keepUpdates = useCallback((answer: UpdateStatus) => setUpdates({ updates: answer, now: Date.now() }), []);
  const take = useCallback(<T>(asked: Promise<T>, keep: (answer: T) => void): Promise<void> => {
    const fail = (error: unknown): void => setTrouble(error instanceof Error ? error.message : String(error));
    return asked.then((answer) => {
      keep(answer);
      setTrouble(null);
    }, fail);
  }, []);
  useEffect(() => {
    const readLogin = (): void => void take(bridge.loginItem(), setLogin);
    const readUpdates = (): void => void take(bridge.updates(), keepUpdates);
    readLogin();
    readUpdates();
    window.addEventListener('focus', readLogin);
    const timer = setInterval(readUpdates, lookEveryMs);
    return () => {
      window.removeEventListener('focus', readLogin);
      clearInterval(timer);
    };
  }, [bridge, take, keepUpdates]);
  const act = <T>(asked: Promise<T>, keep: (answer: T) => void): void => {
    setBusy(true);
    void take(asked, keep).finally(() => setBusy(false));
  };
  return {
    login,
    updates,
    now,
    trouble,
    busy,
    setLogin: (on) => act(bridge.setLoginItem(on), setLogin),
    check: () => act(bridge.checkForUpdates(), keepUpdates),
    download: () => act(bridge.downloadUpdate(), keepUpdates),
    restart: () => act(bridge.restartToUpdate(), keepUpdates),
  };
}
