/** One desktop per profile: the first start holds the lock, a later one only calls the first to the front. */
import { app } from 'electron';
import { quitSwitch } from './ask-to-quit.ts';

export interface SingleInstance {
  /** Calls back for each later start that wants a window, also for one that came before this was called. */
  onSecondStart(listener: () => void): void;
}

/** Takes the lock, or gives null when another instance has it; that instance has then been told. */
export function claimSingleInstance(): SingleInstance | null {
  if (!app.requestSingleInstanceLock()) return null;
  let listener: (() => void) | null = null;
  let missed = false;
  app.on('second-instance', (_event, argv) => {
    // The installer wants this one gone; before-quit keeps the agents.
    if (argv.includes(quitSwitch)) return app.quit();
    // A hidden start (at login) asks for no window, so it must not raise one here either.
    if (argv.includes('--hidden')) return;
    if (listener === null) missed = true;
    else listener();
  });
  return {
    onSecondStart(next) {
      listener = next;
      if (missed) next();
      missed = false;
    },
  };
}
