/** Where an agent works: below the root or an allowed folder, existing; the root itself when nothing is asked. */
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { isBelow } from './paths.ts';

export async function resolveWorkingFolder(
  given: string | null,
  root: string,
  allowedRoots: readonly string[],
): Promise<Result<string>> {
  if (given === null) return ok(root);
  const path = isAbsolute(given) ? given : resolve(root, given);
  if (given.includes('\0') || !isBelow(path, [root, ...allowedRoots])) return outside(given);
  try {
    const real = await realpath(path);
    const realRoots = await Promise.all([root, ...allowedRoots].map((folder) => realpath(folder).catch(() => folder)));
    if (!isBelow(real, realRoots)) return outside(given);
    if (!(await stat(real)).isDirectory()) return notFound(given, path);
    return ok(real);
  } catch {
    return notFound(given, path); // Missing or unreadable: either way the agent could not work there.
  }
}

const outside = (given: string): Result<never> =>
  fail(
    'PATH_NOT_ALLOWED',
    `cwd ${given} lies outside the root and the allowed folders. Choose one below them, or have the administrator add it to allowed_roots in config.json.`,
    { cwd: given },
  );

const notFound = (given: string, path: string): Result<never> =>
  fail('INVALID_REQUEST', `cwd ${given} is not an existing folder; looked at ${path}. Make the folder first.`, {
    cwd: given,
  });
