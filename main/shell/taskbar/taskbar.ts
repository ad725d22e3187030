/** Shows the taskbar model on the dashboard's window; without a window there is no button in the taskbar. */
import { type BrowserWindow, nativeImage } from 'electron';
import { isDeepStrictEqual } from 'node:util';
import { badgeFile } from './badge-file.ts';
import type { Progress, TaskbarModel } from './model.ts';

export interface TaskbarView {
  /** Brings the button of this window to the model; what is the same already is left alone. A hidden one has no button. */
  render(window: BrowserWindow, model: TaskbarModel): void;
}

/** `icons`: folder of the badges. */
export function taskbarView(icons: string): TaskbarView {
  // A window that is new or shown again has a bare button.
  let shown: { readonly window: BrowserWindow; readonly model: TaskbarModel } | null = null;
  return {
    render(window, model) {
      if (!window.isVisible()) {
        shown = null;
        return;
      }
      const before = shown?.window === window ? shown.model : null;
      if (before === null || !isDeepStrictEqual(before.badge, model.badge)) {
        const file = badgeFile(icons, model.badge);
        window.setOverlayIcon(file === null ? null : nativeImage.createFromPath(file), model.badge?.words ?? '');
      }
      if (before === null || !isDeepStrictEqual(before.progress, model.progress)) setProgress(window, model.progress);
      shown = { window, model };
    },
  };
}

function setProgress(window: BrowserWindow, progress: Progress): void {
  switch (progress.mode) {
    case 'none':
      return window.setProgressBar(-1);
    case 'indeterminate':
      // More than 1 is how other systems than Windows are told.
      return window.setProgressBar(2, { mode: 'indeterminate' });
    case 'normal':
    case 'paused':
    case 'error':
      return window.setProgressBar(progress.fraction, { mode: progress.mode });
  }
}
