/** The desktop cannot run: that is said in a window, since nobody sees the console of a tray application, and then it ends. */
import { app, dialog } from 'electron';
import type { Failure } from '../../protocol/failures.ts';
import type { ShellLog } from './log.ts';

/** Exit codes as in sysexits.h, the same as the headless host's. */
export const exitCodes = { usage: 64, software: 70, rootLocked: 73, storage: 75, configuration: 78 } as const;

/** The exit code of a coordinator that could not be started. */
export function exitCodeOf({ code }: Failure): number {
  switch (code) {
    case 'LIMIT_REACHED':
      return exitCodes.rootLocked;
    case 'STORAGE_UNAVAILABLE':
      return exitCodes.storage;
    case 'INVALID_REQUEST':
      return exitCodes.configuration;
    default:
      return exitCodes.software;
  }
}

/** Shows why, waits until it was read, and ends with `exitCode`. */
export function refuseToRun(failure: Failure, exitCode: number, log: ShellLog): void {
  log.error(`Not started: ${failure.code}: ${failure.message}`);
  dialog.showErrorBox('Ziggie cannot start', failure.message);
  app.exit(exitCode);
}

/** From now on a mistake of ours that nothing caught is said and ends the application: agents go on and are found again. */
export function endOnMistakes(log: ShellLog): void {
  const end = (error: unknown): void => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.error(`A mistake in Ziggie: ${text}`);
    dialog.showErrorBox(
      'Ziggie has made a mistake and must end',
      `Agents go on and are found again at the next start.\n\n${text}`,
    );
    app.exit(exitCodes.software);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
