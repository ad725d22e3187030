/**
 * A lock by socket files, for systems whose socket names do not go with their process. A killed holder leaves its file behind,
 * and to replace it in place cannot be done without a moment in which two may take it. So each holder has a number of its own,
 * one above the last, and the file of the highest number is never removed, not even by its holder:
 *
 *   - a file gets its name (`link`, which never replaces) only once its socket listens, so a named socket that does not answer
 *     is one whose process is gone for good;
 *   - whoever named n + 1 saw n, then the highest, not answer. Where a higher one has come meanwhile, n + 1 was free only
 *     because its holder has been and gone: it is given up, and all is looked at again.
 */
import { randomUUID } from 'node:crypto';
import { linkSync, readdirSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { dirname, join } from 'node:path';
import { answers, held, listen, type RootLock } from './root-lock-socket.ts';

/** How long the path of a socket file may be, bytes: macOS takes 103, Linux 107. */
const longestSocketPath = 103;
/** As long as any name below. */
const longestName = 'lock.12345678.sock';

/** null: somebody else holds it. `root` is its real path, `name` one that no other root has. */
export async function lockFile(root: string, name: string): Promise<RootLock | null> {
  const files = lockFiles(root, name);
  for (;;) {
    const last = highest(files);
    if (last > 0 && (await answers(files.pathOf(last)))) return null;
    const server = await listenAs(files.pathOf(last + 1), dirname(files.pathOf(0)));
    if (server === null) continue;
    if (highest(files) > last + 1) {
      rmSync(files.pathOf(last + 1), { force: true });
      await held(server).release();
      continue;
    }
    for (const older of numbers(files)) if (older <= last) rmSync(files.pathOf(older), { force: true });
    return held(server);
  }
}

interface LockFiles {
  readonly folder: string;
  readonly pattern: RegExp;
  readonly pathOf: (n: number) => string;
}

/**
 * In the root itself, which all who want it name alike. Where that path is too long for a socket, in `/tmp`: not in the
 * folder for temporary files, which each environment may set for itself.
 */
function lockFiles(root: string, name: string): LockFiles {
  const isInRoot = Buffer.byteLength(join(root, longestName)) <= longestSocketPath;
  const [folder, start] = isInRoot ? [root, 'lock'] : ['/tmp', name];
  return {
    folder,
    pattern: new RegExp(`^${start}\\.(\\d{1,8})\\.sock$`),
    pathOf: (n) => join(folder, `${start}.${n}.sock`),
  };
}

function numbers({ folder, pattern }: LockFiles): number[] {
  return readdirSync(folder).flatMap((name) => {
    const n = pattern.exec(name)?.[1];
    return n === undefined ? [] : [Number(n)];
  });
}

const highest = (files: LockFiles): number => Math.max(0, ...numbers(files));

/** Listens first, under a name that nobody looks for, and then takes `path`. null: it was taken. */
async function listenAs(path: string, folder: string): Promise<Server | null> {
  const own = join(folder, `.${randomUUID().slice(0, 8)}`);
  const server = await listen(own);
  if (server === null) return null;
  try {
    linkSync(own, path);
    return server;
  } catch (error) {
    await held(server).release();
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return null;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}
