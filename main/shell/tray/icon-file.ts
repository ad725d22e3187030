/** Which picture stands for a tray model. */
import { join } from 'node:path';
import type { TrayModel } from './model.ts';

/** A badge has room for one character; more than this is "+". */
const MOST_IN_BADGE = 9;

/** File of the picture at 16 px; Electron finds its larger versions (`@1.25x`, `@1.5x`, `@2x`) beside it by name. */
export function trayIconFile(folder: string, { icon, count }: Pick<TrayModel, 'icon' | 'count'>): string {
  if (icon !== 'needs_you') return join(folder, `tray-${icon}.png`);
  return join(folder, `tray-needs-you-${count > MOST_IN_BADGE ? 'more' : count}.png`);
}
