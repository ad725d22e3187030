/** Tells Windows who this application is. Without it, toasts have no name of ours and the clicks on their buttons go nowhere. */
import type { App } from 'electron';
import { appId, toastActivator } from './app-id.ts';

/** Call before anything is shown. Other systems know neither. */
export function tellWindows(
  app: Pick<App, 'setAppUserModelId' | 'setToastActivatorCLSID'>,
  platform: NodeJS.Platform,
): void {
  if (platform !== 'win32') return;
  // In this order: with the second, Electron writes both into the Start-menu shortcut.
  app.setToastActivatorCLSID(toastActivator);
  app.setAppUserModelId(appId);
}
