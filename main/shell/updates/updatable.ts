/** Whether this copy of Ziggie can be updated by itself at all. */
import { app } from 'electron';

/** Why not, in a sentence; null: it can. */
export function whyNotUpdatable(): string | null {
  if (!app.isPackaged) return 'Only an installed Ziggie is updated from here; this one runs from its source folder.';
  const isAppImage = process.platform === 'linux' && process.env['APPIMAGE'] !== undefined;
  if (process.platform !== 'win32' && !isAppImage) {
    return 'Ziggie is updated from here where its Windows installer or an AppImage put it; this copy is updated the way it came.';
  }
  return null;
}
