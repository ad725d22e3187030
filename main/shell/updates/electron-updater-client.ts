/** Updates by electron-updater from a folder on a web server. Loaded only where updates are on: it is a tree of packages of its own. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BaseUpdater } from 'electron-updater';
import type { ShellLog } from '../log.ts';
import type { UpdateClient } from './update-client.ts';

export interface UpdaterOptions {
  /** Folder of `latest.yml`. */
  readonly feed: string;
  /** Of this user; the updater's own small settings go there. */
  readonly profile: string;
  /** Folder of the installed application's resources. */
  readonly resources: string;
  readonly log: ShellLog;
}

export async function openUpdater(options: UpdaterOptions): Promise<UpdateClient> {
  const { NsisUpdater, AppImageUpdater } = await import('electron-updater');
  const updater = process.platform === 'win32' ? new NsisUpdater() : new AppImageUpdater();
  prepare(updater, options);
  return {
    async check() {
      const found = await updater.checkForUpdates();
      return found?.isUpdateAvailable === true ? found.updateInfo.version : null;
    },
    async download(onPercent) {
      const listener = ({ percent }: { percent: number }): void => onPercent(percent);
      updater.on('download-progress', listener);
      try {
        await updater.downloadUpdate();
      } finally {
        updater.off('download-progress', listener);
      }
    },
    // Not `quitAndInstall`, which quits by itself: quitting is ours to do, when all else is closed.
    install: (restart) => updater.install(true, restart),
  };
}

function prepare(updater: BaseUpdater, { feed, profile, resources, log }: UpdaterOptions): void {
  // `debug` is left out: it has the staging id and all headers.
  updater.logger = { info: log.info, warn: log.warn, error: log.error };
  updater.autoDownload = false;
  // It would also install when the system logs off or shuts down.
  updater.autoInstallOnAppQuit = false;
  updater.allowDowngrade = false;
  updater.allowPrerelease = false;
  updater.disableWebInstaller = true;
  // A whole installer is checked whole; parts from many requests only save traffic.
  updater.disableDifferentialDownload = true;
  if (!existsSync(join(resources, 'app-update.yml'))) updater.updateConfigPath = ownConfig(profile);
  updater.setFeedURL({ provider: 'generic', url: feed, channel: 'latest' });
  // Each failure also rejects what was called; without a listener the event would throw, too.
  updater.on('error', () => undefined);
}

/**
 * The packaged application carries one only if it was built with a feed, and the updater takes the name of its cache from it:
 * the one that electron-builder would write there, and that the uninstaller removes.
 */
function ownConfig(profile: string): string {
  const file = join(profile, 'app-update.yml');
  mkdirSync(profile, { recursive: true });
  writeFileSync(file, 'updaterCacheDirName: ziggie-coordinator-updater\n');
  return file;
}
