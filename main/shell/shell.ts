/** The shell around a running coordinator: what the desktop consists of, in the order it comes up. */
import { app, shell as desktop } from 'electron';
import { join } from 'node:path';
import type { Coordinator } from '../coordinator/facade.ts';
import { setApplicationMenu } from './application-menu.ts';
import { withDesktopEntries } from './desktop-entries.ts';
import { desktopHandlers, desktopSettings } from './desktop-settings.ts';
import { followFleet } from './follow-fleet.ts';
import { isOwnPage, serveBridge } from './ipc.ts';
import { lockDownPages } from './lockdown.ts';
import type { ShellLog } from './log.ts';
import { quitProtocol } from './quit.ts';
import type { SingleInstance } from './single-instance.ts';
import { stopAgent } from './stop-agent.ts';
import type { TrayAction } from './tray-model.ts';
import { trayModel } from './tray-model.ts';
import { trayView } from './tray.ts';
import { dashboardWindow } from './window.ts';

export interface ShellParts {
  readonly coordinator: Coordinator;
  /** Origin of the coordinator, and with it the dashboard's address. */
  readonly url: string;
  /** The operator's token; it leaves this process only over the bridge to the dashboard's own page. */
  readonly token: string;
  /** Lets go of everything the host holds; agents stay running. */
  readonly close: (reason: string) => Promise<void>;
  readonly instance: SingleInstance;
  readonly log: ShellLog;
  /** Absolute paths. */
  readonly files: { readonly preload: string; readonly icons: string };
  /** Start without a window. */
  readonly hidden: boolean;
}

/** Call when the application is ready. From then on the tray is there until Quit. */
export function startShell(parts: ShellParts): void {
  const { coordinator, url, token, log, files } = parts;

  setApplicationMenu();
  lockDownPages(url, log);
  const settings = desktopSettings(coordinator, log, () => showTray());
  serveBridge(
    { 'ziggie:connection': () => ({ url, token }), ...desktopHandlers(settings, () => void quit.ask(true)) },
    (event) => isOwnPage(event, url),
    (channel, sender) => log.warn(`${channel} was asked by ${sender} and refused.`),
  );

  const window = dashboardWindow({
    url,
    preload: files.preload,
    icon: join(files.icons, 'app.png'),
    log,
    onLook: () => fleet.look(),
  });
  const quit = quitProtocol({ coordinator, close: parts.close, updates: settings.quitUpdates, log });
  let model = trayModel(coordinator.fleet(), null);
  const tray = trayView({ icons: join(files.icons, 'tray'), perform }, model);
  const showTray = (): void =>
    tray.render(withDesktopEntries(model, settings.login.known(), settings.updates.status()));
  const fleet = followFleet(coordinator, window.isLookedAt, (now, lookedAt) => {
    model = trayModel(now, lookedAt);
    showTray();
  });
  void settings.login.read();
  settings.updates.begin();

  parts.instance.onSecondStart(() => window.show(null));
  // The tray lives on without a window, so the last window's end is not the application's.
  app.on('window-all-closed', () => log.info('No window is open; Ziggie stays in the tray.'));
  app.on('before-quit', (event) => {
    // Not from our menu: the system logs off or shuts down. Agents are kept, and nobody is asked who may not be there.
    event.preventDefault();
    void quit.now('the system asked to quit');
  });
  if (!parts.hidden) window.show(null);

  function perform(action: TrayAction): void {
    switch (action.type) {
      case 'open':
        return window.show(action.agentId);
      case 'stop':
        return void stopAgent(coordinator, action.agentId, log);
      case 'open_logs':
        return void desktop.openPath(join(coordinator.root, 'logs'));
      case 'start_at_login':
        return void settings.login.set(action.on);
      case 'restart_to_update':
        return void quit.ask(true);
      case 'quit':
        return void quit.ask();
    }
  }
}
