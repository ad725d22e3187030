/**
 * A file that is done with leaves `requests/` in two steps, because between a look at a name and its removal another
 * writer may put a file of its own there. It is renamed to a hidden name first, and what was moved is looked at: nobody
 * else writes to that name. What is not the file that was meant comes back as a request under a name that is free for
 * sure. Asides that a crash left behind come back as well: a request that was carried out gets its answer once more.
 */
import { randomUUID } from 'node:crypto';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { markAt } from './request-file.ts';

const asideName = /^\.taken-[0-9a-f-]{36}~/;
const backName = /^again-[0-9a-f-]{36}~/;
/** A file system takes 255 bytes. A name beyond this is no request_id, so nothing is answered by it. */
const longestName = 200;

export const isAside = (name: string): boolean => asideName.test(name);

/** The name its writer gave it. */
export const ownName = (name: string): string => name.replace(backName, '');

/**
 * Moves the file aside and returns the path it has now; null when it is not the file of this mark any more, and then it
 * lies in the folder again, for the next sweep. Throws the system's error when it cannot be moved.
 */
export function takeAside(folder: string, name: string, mark: string): string | null {
  const own = ownName(name);
  const aside = `.taken-${randomUUID()}~${Buffer.byteLength(own) > longestName ? '.json' : own}`;
  renameSync(join(folder, name), join(folder, aside));
  if (markAt(join(folder, aside)) === mark) return join(folder, aside);
  giveBack(folder, aside);
  return null;
}

/** Makes a request of it again, and returns the name it has now. Throws the system's error. */
export function giveBack(folder: string, aside: string): string {
  const name = `again-${randomUUID()}~${aside.replace(asideName, '')}`;
  renameSync(join(folder, aside), join(folder, name));
  return name;
}
