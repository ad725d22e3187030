/** Writes the exit record of a run, as the gate does on POSIX systems: whole, and dated when the process ended. */
import { renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitRecordName, unfinishedRecordName } from '../exit-record.ts';

export interface SeenExit {
  readonly code: number;
  readonly at: Date;
}

/** An end that cannot be written down is logged: who waits for it is told in another way. */
export function writeExitLogged(attemptFolder: string, exit: SeenExit, log: (line: string) => void): void {
  try {
    write(attemptFolder, exit);
  } catch (error) {
    log(`exit code ${exit.code} could not be written to ${attemptFolder}: ${String(error)}`);
  }
}

/** `signal` is null because Windows ends nothing by signal: 143 is just a number here. */
function write(attemptFolder: string, { code, at }: SeenExit): void {
  const unfinished = join(attemptFolder, unfinishedRecordName);
  writeFileSync(unfinished, `${JSON.stringify({ code, signal: null })}\n`, { mode: 0o600 });
  utimesSync(unfinished, at, at);
  renameSync(unfinished, join(attemptFolder, exitRecordName));
}
