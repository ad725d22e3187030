/** `--quit`, as the installer starts it: the running instance leaves and keeps its agents, and this one waits until it has. */
import { app } from 'electron';
import { setTimeout as pause } from 'node:timers/promises';

export const quitSwitch = '--quit';

/** Milliseconds. The running one takes at most ten seconds to let go of what it holds; the installer waits 45. */
const PATIENCE_MS = 30_000;
const ASK_AGAIN_MS = 500;

/** The exit code: 0 nobody runs, or no longer; 1 it is still there. */
export async function askToQuit(): Promise<0 | 1> {
  const deadline = Date.now() + PATIENCE_MS;
  // Each request that is refused has told the instance that has the lock; the lock is free when that instance is gone.
  while (!app.requestSingleInstanceLock()) {
    if (Date.now() > deadline) return 1;
    await pause(ASK_AGAIN_MS);
  }
  return 0;
}
