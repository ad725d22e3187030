/** The shell around a running coordinator: what the desktop consists of, in the order it comes up. */
import { app, shell as desktop } from 'electron';
import { join } from 'node:path';
import { isActive } from '../../protocol/agent.ts';
import { type Fleet, livingAgents } from '../../protocol/fleet.ts';
import type { Coordinator } from '../coordinator/facade.ts';
import { decideApproval, pauseIntake } from './act.ts';
import { setApplicationMenu } from './application-menu.ts';
import { withDesktopEntries } from './tray/desktop-entries.ts';
import { desktopHandlers, desktopSettings } from './desktop-settings.ts';
import { followFleet } from './follow-fleet.ts';
import { isOwnPage, serveBridge } from './ipc.ts';
import { lockDownPages } from './lockdown.ts';
import type { ShellLog } from './log.ts';
import { quitProtocol } from './quit.ts';
import { logOff } from './session/log-off.ts';
import { sessionEvents } from './session/session-events.ts';
import type { SingleInstance } from './single-instance.ts';
import { stopAgent } from './stop-agent.ts';
import { taskbarModel } from './taskbar/model.ts';
import { taskbarView } from './taskbar/taskbar.ts';
import { toasts } from './toasts/toasts.ts';
import { type TrayAction, type TrayModel, trayModel } from './tray/model.ts';
import { busiest, nobodyBusy } from './tray/busiest.ts';
import { trayView } from './tray/tray.ts';
import { dashboardWindow } from './window/dashboard.ts';
import { placeKeeper } from './window/keep-place.ts';
import type { Place } from './window/place.ts';

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
  /** Absolute paths. `placements`: where the window's places are kept. */
  readonly files: { readonly preload: string; readonly icons: string; readonly placements: string };
  /** Start without a window. */
  readonly hidden: boolean;
  /** What to open at first; null: nothing in particular. */
  readonly open: Place;
  /** How long a hidden window keeps its page, ms. */
  readonly freeAfterMs: number;
}

/** ms. What no event tells of: a setting that was changed, a minute that is over, midnight. */
const REFRESH_MS = 5000;

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

  const icon = join(files.icons, 'app.png');
  const window = dashboardWindow({
    url,
    preload: files.preload,
    icon,
    freeAfterMs: parts.freeAfterMs,
    places: placeKeeper(files.placements, log),
    log,
    onLook: () => fleet.look(),
  });
  const quit = quitProtocol({ coordinator, close: parts.close, updates: settings.quitUpdates, log });
  let busy = nobodyBusy;
  let locked = false;
  let model = modelOf(coordinator.fleet(), null);
  const tray = trayView({ icons: join(files.icons, 'tray'), perform }, model);
  const showTray = (): void =>
    tray.render(withDesktopEntries(model, settings.login.known(), settings.updates.status()));
  const taskbar = taskbarView(join(files.icons, 'taskbar'));
  const toasting = toasts({ icon, perform, log });
  const fleet = followFleet(
    coordinator,
    () => !locked && window.isLookedAt(),
    (now, lookedAt) => {
      model = modelOf(now, lookedAt);
      showTray();
      toasting.update(now, lookedAt === null);
      const shown = window.current();
      if (shown !== null) taskbar.render(shown, taskbarModel(now, lookedAt));
    },
  );
  setInterval(fleet.refresh, REFRESH_MS).unref();
  void settings.login.read();
  settings.updates.begin();

  parts.instance.onSecondStart((place) => window.show(place));
  // The tray lives on without a window, so the last window's end is not the application's.
  app.on('window-all-closed', () => log.info('No window is open; Ziggie stays in the tray.'));
  app.on('child-process-gone', (_event, { type, reason, exitCode }) => {
    // Chromium starts another one by itself.
    if (reason !== 'clean-exit') log.error(`The ${type} process has ended: ${reason} (${exitCode}).`);
  });
  app.on('before-quit', (event) => {
    // Not from our menu: the system logs off or shuts down. Agents are kept, and nobody is asked who may not be there.
    event.preventDefault();
    void quit.now('the system asked to quit');
  });
  const end = logOff({ coordinator, quit, log });
  sessionEvents({
    log,
    onLock: (is) => {
      // Looked at until now, or from now on; what ends in between is news.
      if (window.isLookedAt()) fleet.look();
      locked = is;
    },
    onResume: () => void lookAgain(coordinator, log),
    onEnding: end.ending,
    onEnd: end.end,
  });
  if (!parts.hidden || parts.open !== null) window.show(parts.open);

  function modelOf(now: Fleet, lookedAt: string | null): TrayModel {
    const ids = livingAgents(now)
      .filter(isActive)
      .map(({ facts }) => facts.agent_id);
    const cpu = new Map(coordinator.measured({ kind: 'operator' }).agents.map(([id, percent]) => [id, percent]));
    busy = busiest(busy, ids, cpu, Date.now());
    const { intake_paused: intakePaused } = coordinator.config;
    return trayModel(now, lookedAt, { busiest: busy.order, intakePaused, now: Date.now() });
  }

  function perform(action: TrayAction): void {
    switch (action.type) {
      case 'open':
        return window.show(action.place);
      case 'stop':
        return void stopAgent(coordinator, action.agentId, log);
      case 'decide':
        return void decideApproval(coordinator, action.approvalId, action.decision, log);
      case 'pause_intake':
        return void pauseIntake(coordinator, action.paused, log).then(fleet.refresh);
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

/** After a sleep: what still lives is looked at now, not when the next look is due. */
async function lookAgain(coordinator: Coordinator, log: ShellLog): Promise<void> {
  try {
    const answer = await coordinator.reconcile({ kind: 'operator' });
    log.info(answer.ok ? `Looked at ${answer.value.identities.checked} runs.` : answer.failure.message);
  } catch (error) {
    log.error(`Looking at the runs: ${String(error)}`); // The disk refuses, which is no mistake of ours.
  }
}
