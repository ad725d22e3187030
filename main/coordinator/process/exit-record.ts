/** What the launcher left in the attempt's folder: that the run began (claim), and how it ended (exit record). */
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

export const claimName = 'claim';
export const exitRecordName = 'exit.json';
/** Where it takes more than one write, it becomes the record when it is whole. */
export const unfinishedRecordName = `${exitRecordName}.tmp`;

export interface ExitStatus {
  /** As a shell counts: the program's exit code, or 128 + the signal that ended it. null: not known. */
  readonly code: number | null;
  /** Name of the signal that ended it ("SIGTERM"), where one did. */
  readonly signal: string | null;
  /** ISO 8601. */
  readonly endedAt: string;
}

/** The gate writes the code alone. `signal` is there where it is known: null says that a code over 128 is just a code. */
const exitRecordSchema = z.object({ code: z.number().int(), signal: z.string().nullable().optional() });

/** What whoever was ended by force may leave of a record it had begun to write. Never throws. */
export function removeUnfinishedRecord(attemptFolder: string): void {
  try {
    rmSync(join(attemptFolder, unfinishedRecordName), { force: true });
  } catch {
    // It goes with the agent's folder.
  }
}

/** null: there is none (yet), or what is there is not whole. */
export function readExitRecord(attemptFolder: string): ExitStatus | null {
  const path = join(attemptFolder, exitRecordName);
  try {
    const { code, signal } = exitRecordSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    const exit = signal === undefined ? exitOfShell(code) : { code, signal };
    return { ...exit, endedAt: statSync(path).mtime.toISOString() };
  } catch {
    return null; // Missing or cut short: the caller looks at other evidence.
  }
}

export type Claim =
  | { readonly is: 'absent' }
  | { readonly is: 'claimed'; readonly pid: number | null }
  /** Nobody can say whether it began. */
  | { readonly is: 'unreadable' };

/**
 * `pid` is null when the gate died between making the claim and writing into it, or had no room to. Only a folder that is
 * there and has no claim in it tells that nothing began: it was made before the gate was let go.
 */
export function readClaim(attemptFolder: string): Claim {
  try {
    const pid = Number(readFileSync(join(attemptFolder, claimName), 'utf8').trim());
    return { is: 'claimed', pid: Number.isInteger(pid) && pid > 0 ? pid : null };
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return isMissing && existsSync(attemptFolder) ? { is: 'absent' } : { is: 'unreadable' };
  }
}

/**
 * The gate made its claim, and died or had no room before it wrote its pid into it: then it did not begin, and does not any
 * more once it is gone. Other launchers begin before they write.
 */
export function isEmptyClaim(attemptFolder: string): boolean {
  try {
    return statSync(join(attemptFolder, claimName)).size === 0;
  } catch {
    return false; // None, or nobody can say.
  }
}

/** Of a gate that is gone, so that the next one can make its own. Throws what the system says. */
export function removeEmptyClaim(attemptFolder: string): void {
  if (isEmptyClaim(attemptFolder)) rmSync(join(attemptFolder, claimName));
}

/** A shell says 128 + n for "ended by signal n"; a program that itself exits with such a code cannot be told apart. */
export function exitOfShell(code: number): { code: number; signal: string | null } {
  const name = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0] ?? null;
  return { code, signal: name };
}
