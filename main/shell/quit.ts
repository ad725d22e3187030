/** Leaving: what still runs is said first, and goes on unless the operator says otherwise. */
import { app, dialog } from 'electron';
import type { Coordinator } from '../coordinator/facade.ts';
import type { ShellLog } from './log.ts';
import { type QuitChoice, type QuitIntent, quitQuestion } from './quit-question.ts';
import { stopAll } from './stop-all.ts';

/** Milliseconds for the coordinator to let go; after that its journal is what counts, and leaving is better than hanging. */
const CLOSE_DEADLINE_MS = 10_000;

export interface QuitOptions {
  readonly coordinator: Pick<Coordinator, 'fleet' | 'stop'>;
  /** Lets go of everything the host holds; agents stay running. */
  readonly close: (reason: string) => Promise<void>;
  readonly updates: QuitUpdates;
  readonly log: ShellLog;
}

export interface QuitUpdates {
  /** What a quit would install; null: nothing. `restart`: the operator asks for the update. */
  waiting(restart: boolean): QuitIntent['update'];
  /** Starts the installer, which waits for this process to end. False: it was not started. */
  install(restart: boolean): boolean;
}

export interface Quit {
  /**
   * Asks where something still runs, then leaves or stays. `restart`: to install an update and come back. A second call while
   * the first is open does nothing.
   */
  ask(restart?: boolean): Promise<void>;
  /** Leaves at once, keeps agents running and installs nothing: the system is logging off or shutting down. */
  now(reason: string): Promise<void>;
}

export function quitProtocol(options: QuitOptions): Quit {
  const { coordinator, updates, log } = options;
  let asking = false;
  let leaving: Promise<void> | null = null;

  const now = (reason: string, install: (() => void) | null = null): Promise<void> =>
    (leaving ??= leave(options, reason, install));

  const ask = async (restart = false): Promise<void> => {
    if (asking) return;
    asking = true;
    try {
      const choice = await choose(coordinator, { restart, update: updates.waiting(restart) });
      log.info(`Quit${restart ? ' to update' : ''}: ${choice}.`);
      if (choice === 'cancel' || (choice === 'stop' && !(await stopped(coordinator)))) return;
      // Looked at again: while the question was open agents have started and ended.
      const update = updates.waiting(restart);
      const isFree = update !== null && update.programUsers === 0;
      if (restart && !isFree) return log.warn('The update is not installed: it is held up, or no longer there.');
      await now(`quit by the operator: ${choice}`, isFree ? () => updates.install(restart) : null);
    } finally {
      asking = false;
    }
  };
  return { ask, now: (reason) => now(reason) };
}

async function choose(coordinator: QuitOptions['coordinator'], intent: QuitIntent): Promise<QuitChoice> {
  const question = quitQuestion(coordinator.fleet(), intent);
  if (question === null) return 'keep';
  const { message, detail, buttons } = question;
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: intent.restart ? 'Update Ziggie' : 'Quit Ziggie',
    message,
    detail,
    buttons: buttons.map(({ label }) => label),
    defaultId: 0,
    cancelId: buttons.findIndex(({ choice }) => choice === 'cancel'),
    noLink: true,
  });
  return buttons[response]?.choice ?? 'cancel';
}

/** Stops all; where something would not stop, says what and asks whether to leave it. True when it is fine to leave. */
async function stopped(coordinator: QuitOptions['coordinator']): Promise<boolean> {
  const troubles = await stopAll(coordinator, 'quit from the tray');
  if (troubles.length === 0) return true;
  const { response } = await dialog.showMessageBox({
    type: 'warning',
    title: 'Quit Ziggie',
    message: 'Not everything could be stopped.',
    detail: troubles.join('\n'),
    buttons: ['Quit all the same', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
    noLink: true,
  });
  return response === 0;
}

/** `install` is called once everything is let go of; a coordinator that would not close is not updated beneath itself. */
async function leave({ close, log }: QuitOptions, reason: string, install: (() => void) | null): Promise<void> {
  const closed = close(reason).then(
    () => null,
    (error: unknown) => String(error),
  );
  const trouble = await Promise.race([closed, deadline(CLOSE_DEADLINE_MS)]);
  if (trouble !== null) log.error(`The coordinator did not close in order: ${trouble}.`);
  else install?.();
  app.exit(trouble === null ? 0 : 1);
}

const deadline = (milliseconds: number): Promise<string> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(`it took more than ${milliseconds / 1000} s`), milliseconds).unref();
  });
