/**
 * What the system does to this session: sleep, lock, log-off, shutdown. All is logged with its time; the journal is durable at
 * every step, so nothing has to be saved in haste. Agents are kept unless the settings say otherwise.
 */
import { BaseWindow, powerMonitor } from 'electron';
import type { ShellLog } from '../log.ts';

export interface SessionEventsOptions {
  readonly log: ShellLog;
  /** Nobody sees the screen any more, or somebody does again. */
  readonly onLock: (locked: boolean) => void;
  /** The machine runs again after a sleep: what was believed of processes is to be looked at. */
  readonly onResume: () => void;
  /** The session is about to end, and may yet go on. True: wait for us. `reason` in words. */
  readonly onEnding: (reason: string) => boolean;
  /** The session ends; what is not done at once is not done. */
  readonly onEnd: (reason: string) => void;
}

/** A window that nobody holds may be collected. */
const held = new Set<BaseWindow>();

/** Call when the application is ready. */
export function sessionEvents({ log, onLock, onResume, onEnding, onEnd }: SessionEventsOptions): void {
  powerMonitor.on('suspend', () => log.info('The machine goes to sleep.'));
  powerMonitor.on('resume', () => {
    log.info('The machine is awake again.');
    onResume();
  });
  powerMonitor.on('lock-screen', () => {
    log.info('The screen is locked.');
    onLock(true);
  });
  powerMonitor.on('unlock-screen', () => {
    log.info('The screen is unlocked.');
    onLock(false);
  });
  // Linux and macOS; Windows tells windows instead, and the tray has none at times: this one is never shown.
  powerMonitor.on('shutdown', () => onEnd('the system shuts down'));
  const listener = new BaseWindow({ show: false, width: 1, height: 1, skipTaskbar: true, title: 'Ziggie' });
  listener.on('query-session-end', (event) => {
    const reason = `the session is about to end (${event.reasons.join(', ')})`;
    log.info(`Told that ${reason}.`);
    if (onEnding(reason)) event.preventDefault();
  });
  listener.on('session-end', (event) => onEnd(`the session ends (${event.reasons.join(', ')})`));
  held.add(listener);
}
