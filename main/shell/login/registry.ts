/** Reads the registry by `reg.exe`, which every Windows has, by its absolute path. */
import { execa } from 'execa';
import { win32 } from 'node:path';
import { type RegistryValue, parseRegQuery } from './reg-output.ts';

/** Milliseconds. It takes some ten; a machine that is just logging in takes longer. */
const QUERY_TIMEOUT_MS = 10_000;

/** Runs `reg.exe` with these arguments; null: it could not be run, or did not answer in time. */
export type RunReg = (
  args: readonly string[],
) => Promise<{ readonly exitCode: number; readonly stdout: string } | null>;

/** By an absolute path: a `reg.exe` in a folder of PATH is not asked. */
export const regProgram = (systemRoot: string): string => win32.join(systemRoot, 'System32', 'reg.exe');

export function runRegOf(systemRoot: string): RunReg {
  return async (args) => {
    const { exitCode, stdout, failed } = await execa(regProgram(systemRoot), args, {
      reject: false,
      timeout: QUERY_TIMEOUT_MS,
      stdin: 'ignore',
      // Printed in the console's code page, whichever that is: bytes are characters, and what is not ASCII is not relied on.
      encoding: 'latin1',
      windowsHide: true,
    });
    return failed && exitCode === undefined ? null : { exitCode: exitCode ?? 1, stdout };
  };
}

/** There as long as Windows is: tells a key that is absent from a registry that may not be read. */
const alwaysThere = 'Software\\Microsoft\\Windows\\CurrentVersion';

/**
 * The values of a key; none where there is no such key; null where the registry may not be read (a policy can forbid
 * reg.exe). Both are exit code 1 with a message in the user's language, so a key that is always there is asked for, too.
 */
export async function valuesOf(run: RunReg, hive: 'HKCU' | 'HKLM', key: string): Promise<RegistryValue[] | null> {
  const answer = await run(['query', `${hive}\\${key}`]);
  if (answer?.exitCode === 0) return parseRegQuery(answer.stdout);
  const probe = await run(['query', `${hive}\\${alwaysThere}`]);
  return probe?.exitCode === 0 ? [] : null;
}
