/** What the operator decides about the desktop application itself: its start at login, and its updates. */
import { app } from 'electron';
import type { Coordinator } from '../coordinator/facade.ts';
import type { UpdateStatus } from '../../protocol/desktop.ts';
import type { BridgeHandlers } from './ipc.ts';
import type { ShellLog } from './log.ts';
import { type Login, loginOf } from './login/login.ts';
import type { QuitUpdates } from './quit.ts';
import { openUpdater } from './updates/electron-updater-client.ts';
import { programUsers } from './updates/program-users.ts';
import { whyNotUpdatable } from './updates/updatable.ts';
import { Updates } from './updates/updates.ts';

export interface DesktopSettings {
  readonly login: Login;
  readonly updates: Updates;
  readonly quitUpdates: QuitUpdates;
}

/** `onChange` is called when the tray has something else to show. */
export function desktopSettings(coordinator: Coordinator, log: ShellLog, onChange: () => void): DesktopSettings {
  const login = loginOf(log, onChange);
  const updates = new Updates({
    settings: () => coordinator.config.updates,
    version: app.getVersion(),
    unavailable: whyNotUpdatable(),
    open: (feed) =>
      openUpdater({
        feed,
        profile: app.getPath('userData'),
        resources: process.resourcesPath,
        log,
      }),
    log,
    onChange,
  });
  const quitUpdates: QuitUpdates = {
    waiting: (restart) => {
      const version = updates.ready();
      if (version === null || (!restart && coordinator.config.updates.channel !== 'install_on_quit')) return null;
      return { version, programUsers: programUsers(coordinator.fleet(), coordinator.config.runtimes).length };
    },
    install: (restart) => updates.install(restart),
  };
  return { login, updates, quitUpdates };
}

/** `restart` begins the quit that installs; it is not waited for. */
export function desktopHandlers(
  { login, updates }: DesktopSettings,
  restart: () => void,
): Omit<BridgeHandlers, 'ziggie:connection'> {
  return {
    'ziggie:login-item': () => login.read(),
    'ziggie:set-login-item': (on: unknown) => {
      // What the page sends is not typed: anything but a plain yes or no would reach the registry as a yes.
      if (typeof on !== 'boolean') throw new Error(`true or false was expected, given ${typeof on}.`);
      return login.set(on);
    },
    'ziggie:updates': () => updates.look(),
    'ziggie:check-for-updates': () => updates.check(),
    'ziggie:download-update': () => updates.download(),
    'ziggie:restart-to-update': (): UpdateStatus => {
      if (updates.ready() !== null) restart();
      return updates.status();
    },
  };
}
