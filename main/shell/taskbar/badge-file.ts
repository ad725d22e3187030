/** Which picture lies over the taskbar's button. Pure. */
import { join } from 'node:path';
import type { TaskbarModel } from './model.ts';

/** A badge has room for one character; more than this is "+". */
const mostInBadge = 9;

/** File of the picture at 16 px, its larger versions beside it; null for no badge. */
export function badgeFile(folder: string, badge: TaskbarModel['badge']): string | null {
  if (badge === null) return null;
  return join(folder, `badge-${badge.tone}-${badge.count > mostInBadge ? 'more' : badge.count}.png`);
}
