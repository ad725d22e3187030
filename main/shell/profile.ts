/** Where Electron keeps its own things (window profile, caches, lock, shell log), apart from the coordinator's data folder. */
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';

/**
 * Folder of the profile. Electron's single-instance lock belongs to this folder, so a root chosen by hand gets one of its
 * own: two roots run side by side, the same root never twice.
 */
export function profileFolder(appData: string, root: string | null): string {
  const base = join(appData, 'Ziggie');
  if (root === null) return base;
  return join(base, 'roots', createHash('sha256').update(resolve(root)).digest('hex').slice(0, 12));
}
