/** A page that did not load or has died: said in words, with a way back, and without end only once. */
import { type BrowserWindow, dialog } from 'electron';
import type { ShellLog } from '../log.ts';
import { afterDeath } from './crashes.ts';

/** Chromium's code for a load that another load replaced: no trouble. */
const loadAborted = -3;

export interface PageTrouble {
  /** Watches over the page of this window. `reload` loads it again. */
  watch(window: BrowserWindow, reload: () => void): void;
}

/** One for all windows after each other: a page that dies in every new window is the same page. */
export function pageTrouble(log: ShellLog): PageTrouble {
  let deaths: readonly number[] = [];

  const died = (window: BrowserWindow, reload: () => void, trouble: string): void => {
    log.error(trouble);
    const step = afterDeath(deaths, Date.now());
    deaths = step.deaths;
    // Nobody sees it: the next show makes a new one.
    if (!window.isVisible()) window.destroy();
    else if (step.offer) void offerReload(window, reload, trouble);
    else {
      window.destroy();
      void sayGivenUp(trouble);
    }
  };
  return {
    watch(window, reload) {
      const { webContents } = window;
      webContents.on('did-fail-load', (_event, code, description, url, isMainFrame) => {
        if (!isMainFrame || code === loadAborted) return;
        died(window, reload, `The dashboard at ${url} could not be loaded: ${description} (${code}).`);
      });
      webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
        if (reason === 'clean-exit') return;
        died(window, reload, `The dashboard's page has ended: ${reason} (${exitCode}).`);
      });
      webContents.on('preload-error', (_event, file, error) => log.error(`Preload script ${file}: ${String(error)}`));
      webContents.on('unresponsive', () => log.warn('The dashboard does not answer.'));
      webContents.on('responsive', () => log.info('The dashboard answers again.'));
    },
  };
}

const calm = 'Agents are not affected: they and the coordinator go on.';

async function offerReload(window: BrowserWindow, reload: () => void, trouble: string): Promise<void> {
  const { response } = await dialog.showMessageBox({
    type: 'error',
    title: 'Ziggie',
    message: trouble,
    detail: calm,
    buttons: ['Load it again', 'Close the window'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  });
  if (window.isDestroyed()) return;
  if (response === 0) reload();
  else window.destroy();
}

async function sayGivenUp(trouble: string): Promise<void> {
  await dialog.showMessageBox({
    type: 'error',
    title: 'Ziggie',
    message: 'The dashboard does not stay open; its window was closed.',
    detail: `${trouble}\n\n${calm} The tray shows them and stops them; "Open dashboard" there tries again.`,
    buttons: ['OK'],
    noLink: true,
  });
}
