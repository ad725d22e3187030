/** One desktop per profile: the first start holds the lock, a later one only tells the first what it was asked for. */
import { app } from 'electron';
import { readArguments } from './arguments.ts';
import { quitSwitch } from './ask-to-quit.ts';
import type { ShellLog } from './log.ts';
import type { Place } from './window/place.ts';

export interface SingleInstance {
  /** Calls back for each later start that wants a window, also for one that came before this was called. */
  onSecondStart(listener: (place: Place) => void): void;
}

/**
 * Takes the lock, or gives null when another instance has it; that instance has then been told. `given`: the arguments,
 * which are handed over as they are, since Chromium reorders those that it passes on itself.
 */
export function claimSingleInstance(given: readonly string[], log: ShellLog): SingleInstance | null {
  if (!app.requestSingleInstanceLock({ given: [...given] })) return null;
  let listener: ((place: Place) => void) | null = null;
  let missed: { readonly place: Place } | null = null;
  app.on('second-instance', (_event, argv, _folder, data) => {
    // The installer wants this one gone; before-quit keeps the agents.
    if (argv.includes(quitSwitch)) return app.quit();
    const read = readArguments(handedOver(data) ?? argv.slice(1));
    // A start that means nothing has said so itself; one of another version may mean what is not known here.
    if (!read.ok) return log.warn(`Started again with what is not understood: ${read.failure.message}`);
    const { hidden, open } = read.value;
    // A hidden start (at login) asks for no window, so it must not raise one here either.
    if (hidden && open === null) return;
    log.info(`Started again${open === null ? '' : `, to open ${open}`}.`);
    if (listener === null) missed = { place: open };
    else listener(open);
  });
  return {
    onSecondStart(next) {
      listener = next;
      if (missed !== null) next(missed.place);
      missed = null;
    },
  };
}

/** What a later start handed over; null where it is not a list of texts. */
function handedOver(data: unknown): string[] | null {
  if (typeof data !== 'object' || data === null || !('given' in data) || !Array.isArray(data.given)) return null;
  const texts = data.given.filter((one) => typeof one === 'string');
  return texts.length === data.given.length ? texts : null;
}
