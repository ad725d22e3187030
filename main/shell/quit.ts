/** Leaving: what still runs is said first, and goes on unless the operator says otherwise. */
import { app, dialog } from 'electron';
import type { Coordinator } from '../coordinator/facade.ts';
import type { ShellLog } from './log.ts';
import { type QuitChoice, quitChoices, quitQuestion } from './quit-question.ts';
import { stopAll } from './stop-all.ts';

/** Milliseconds for the coordinator to let go; after that its journal is what counts, and leaving is better than hanging. */
const CLOSE_DEADLINE_MS = 10_000;

export interface QuitOptions {
  readonly coordinator: Pick<Coordinator, 'fleet' | 'stop'>;
  /** Lets go of everything the host holds; agents stay running. */
  readonly close: (reason: string) => Promise<void>;
  readonly log: ShellLog;
}

export interface Quit {
  /** Asks where something still runs, then leaves or stays. A second call while the first is open does nothing. */
  ask(): Promise<void>;
  /** Leaves at once and keeps agents running: the system is logging off or shutting down. */
  now(reason: string): Promise<void>;
}

export function quitProtocol(options: QuitOptions): Quit {
  const { coordinator, log } = options;
  let asking = false;
  let leaving: Promise<void> | null = null;

  const now = (reason: string): Promise<void> => (leaving ??= leave(options, reason));

  const ask = async (): Promise<void> => {
    if (asking) return;
    asking = true;
    try {
      const choice = await choose(coordinator);
      log.info(`Quit: ${choice}.`);
      if (choice === 'cancel' || (choice === 'stop' && !(await stopped(coordinator)))) return;
      await now(`quit by the operator: ${choice}`);
    } finally {
      asking = false;
    }
  };
  return { ask, now };
}

async function choose(coordinator: QuitOptions['coordinator']): Promise<QuitChoice> {
  const question = quitQuestion(coordinator.fleet());
  if (question === null) return 'keep';
  const { response } = await dialog.showMessageBox({
    type: 'question',
    title: 'Quit Ziggie',
    message: question.message,
    detail: question.detail,
    buttons: [...question.buttons],
    defaultId: quitChoices.indexOf('keep'),
    cancelId: quitChoices.indexOf('cancel'),
    noLink: true,
  });
  return quitChoices[response] ?? 'cancel';
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

async function leave({ close, log }: QuitOptions, reason: string): Promise<void> {
  const closed = close(reason).then(
    () => null,
    (error: unknown) => String(error),
  );
  const trouble = await Promise.race([closed, deadline(CLOSE_DEADLINE_MS)]);
  if (trouble !== null) log.error(`The coordinator did not close in order: ${trouble}.`);
  app.exit(trouble === null ? 0 : 1);
}

const deadline = (milliseconds: number): Promise<string> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(`it took more than ${milliseconds / 1000} s`), milliseconds).unref();
  });
