/** Whether a path lies below one of some folders, by its parts: `..` is resolved, a shared prefix of a name is not enough. */
import { isAbsolute, relative, resolve } from 'node:path';

export function isBelow(path: string, folders: readonly string[]): boolean {
  const absolute = resolve(path);
  return folders.some((folder) => {
    const way = relative(resolve(folder), absolute);
    return way === '' || (way !== '..' && !way.startsWith('../') && !way.startsWith('..\\') && !isAbsolute(way));
  });
}
