/** The start at login as the tray and the dashboard see it. */
import { app } from 'electron';
import type { LoginItem } from '../../../protocol/desktop.ts';
import type { ShellLog } from '../log.ts';
import { unavailable } from './login-item-state.ts';
import { runRegOf } from './registry.ts';
import { changeLoginItem, readLoginItem } from './windows-login.ts';

export interface Login {
  /** As last read; "not known yet" before. */
  known(): LoginItem;
  /** Reads it anew. Never rejects: what went wrong is in the answer's words. */
  read(): Promise<LoginItem>;
  /** Switches it and says what then is the case. Never rejects. */
  set(on: boolean): Promise<LoginItem>;
}

/** `onChange` is called when what is known has become something else. */
export function loginOf(log: ShellLog, onChange: () => void): Login {
  const why = whyNot();
  if (why !== null) {
    const item = unavailable(why);
    return { known: () => item, read: () => Promise.resolve(item), set: () => Promise.resolve(item) };
  }
  const options = {
    app,
    reg: runRegOf(process.env['SystemRoot'] ?? 'C:\\Windows'),
    program: process.execPath,
  };
  let known = unavailable('Windows is being asked.');
  // One after the other: a reading that began before a change must not be taken for what came of it.
  let last: Promise<unknown> = Promise.resolve();

  const take = (ask: () => Promise<LoginItem>): Promise<LoginItem> => {
    const taken = last.then(ask).catch((error: unknown) => {
      log.error(`Start at login: ${String(error)}`);
      return unavailable(`Windows could not be asked: ${String(error)}`);
    });
    last = taken.then((item) => {
      const isNew = item.state !== known.state || item.words !== known.words;
      known = item;
      if (isNew) onChange();
    });
    return taken;
  };
  return {
    known: () => known,
    read: () => take(() => readLoginItem(options)),
    set: (on) => {
      log.info(`Start at login is switched ${on ? 'on' : 'off'}.`);
      return take(() => changeLoginItem(options, on));
    },
  };
}

/** Why it cannot be had here at all; null: it can. */
function whyNot(): string | null {
  if (process.platform !== 'win32') {
    return 'Ziggie arranges its start at login on Windows only. Elsewhere let your session or a systemd user unit start "ziggie serve".';
  }
  if (!app.isPackaged) return 'Only an installed Ziggie can start at login; this one runs from its source folder.';
  return null;
}
