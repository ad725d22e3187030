/** Reads and changes the start at login on Windows. What it says is what Windows keeps, never what was last asked for. */
import type { App } from 'electron';
import type { LoginItem } from '../../../protocol/desktop.ts';
import { loginItemArguments, loginItemName, quoted, runKey, startupApprovedKey } from './login-item.ts';
import { type LoginKeys, loginItemOf, unavailable } from './login-item-state.ts';
import { type RunReg, valuesOf } from './registry.ts';

type ElectronApp = Pick<App, 'getLoginItemSettings' | 'setLoginItemSettings'>;

export interface WindowsLoginOptions {
  readonly app: ElectronApp;
  readonly reg: RunReg;
  /** Absolute path of the program that is to start. */
  readonly program: string;
}

/**
 * By `reg.exe`, because of what Electron's own answer leaves out: `openAtLogin` asks for the AppUserModelID's name and not
 * for ours, and `launchItems` has only what points to this program, so that an entry of another copy is not to be seen. Where reg.exe
 * may not run (a policy can forbid it), `launchItems` is what is left: its `enabled` is documented as Task Manager's switch.
 */
export async function readLoginItem({ app, reg, program }: WindowsLoginOptions): Promise<LoginItem> {
  const [user, machine] = await Promise.all([keysOf(reg, 'HKCU'), keysOf(reg, 'HKLM')]);
  return loginItemOf({ user, machine }, program) ?? fromElectron(app, program);
}

/**
 * Switches it on or off, and says what then is the case. Electron writes the path as it is given, so it is given quoted;
 * `enabled: true` also removes what Task Manager keeps, and switching off removes both values.
 */
export async function changeLoginItem(options: WindowsLoginOptions, on: boolean): Promise<LoginItem> {
  const { app, program } = options;
  app.setLoginItemSettings({
    openAtLogin: on,
    name: loginItemName,
    path: quoted(program),
    args: [...loginItemArguments],
    enabled: true,
  });
  return notAsAsked(await readLoginItem(options), on);
}

function notAsAsked(now: LoginItem, on: boolean): LoginItem {
  if ((now.state === 'on') === on || now.state === 'unavailable' || !now.can_change) return now;
  return { ...now, words: `Windows did not take the change; a policy or a program may guard it. ${now.words}` };
}

async function keysOf(reg: RunReg, hive: 'HKCU' | 'HKLM'): Promise<LoginKeys> {
  const [run, approved] = await Promise.all([valuesOf(reg, hive, runKey), valuesOf(reg, hive, startupApprovedKey)]);
  return { run, approved };
}

function fromElectron(app: ElectronApp, program: string): LoginItem {
  const { launchItems } = app.getLoginItemSettings({ path: quoted(program), args: [...loginItemArguments] });
  const item = launchItems.find(({ name, scope }) => name === loginItemName && scope === 'user');
  const doubt = 'The registry may not be read here by reg.exe, so this is what Electron knows.';
  if (item === undefined) {
    return unavailable(`${doubt} No entry for this program was seen; whether there is one for another cannot be told.`);
  }
  return item.enabled
    ? { state: 'on', words: `Ziggie starts at login. ${doubt}`, can_change: true }
    : { state: 'disabled_by_windows', words: `Switched off in Task Manager. ${doubt}`, can_change: true };
}
