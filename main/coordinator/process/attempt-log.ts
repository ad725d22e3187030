/** An agent's log holds the output of all its attempts, one after the other; a line of ours stands before each new one. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync, writeSync } from 'node:fs';

/** Bytes in the log by now; 0 where there is none yet, or where it cannot be looked at (an agent made a link to itself of it). */
export function logSize(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  } catch {
    return 0; // To write the line of the attempt fails as well then, and says why.
  }
}

/** Throws what the system says when the log cannot be written. */
export function markAttempt(path: string, attempt: number, reason: string): void {
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
  const fd = openSync(path, O_RDWR | O_APPEND | O_CREAT | (O_NOFOLLOW ?? 0), 0o600);
  try {
    const last = Buffer.alloc(1, '\n');
    const { size } = fstatSync(fd);
    if (size > 0) readSync(fd, last, 0, 1, size - 1);
    const line = `[ziggie] attempt ${attempt} begins: ${reason.replaceAll(/\s+/g, ' ')}\n`;
    writeSync(fd, last.toString('latin1') === '\n' ? line : `\n${line}`);
  } finally {
    closeSync(fd);
  }
}
