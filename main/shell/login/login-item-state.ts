/** What the registry says of the start at login, as data and in words. Pure. */
import type { LoginItem } from '../../../protocol/desktop.ts';
import { LONGEST_RUN_COMMAND, loginCommand, loginItemName } from './login-item.ts';
import { type RegistryValue, isSwitchedOff, valueNamed } from './reg-output.ts';
import { programOf, startsProgram } from './same-command.ts';

/** One hive's two keys; null: it may not be read. */
export interface LoginKeys {
  readonly run: readonly RegistryValue[] | null;
  readonly approved: readonly RegistryValue[] | null;
}

export interface LoginRegistry {
  readonly user: LoginKeys;
  readonly machine: LoginKeys;
}

export const unavailable = (words: string): LoginItem => ({ state: 'unavailable', words, can_change: false });

/** What the registry means for the program at this path. Without the user's keys there is nothing to say: null. */
export function loginItemOf({ user, machine }: LoginRegistry, program: string): LoginItem | null {
  if (user.run === null) return null;
  const own = stateOf(user, program);
  // An administrator's entry starts it whatever the user's own says; but a user's that starts it says how to change that.
  const forAll = stateOf(
    own === 'off' ? { ...machine, approved: both(machine.approved, user.approved) } : machine,
    program,
  );
  if (own !== 'on' && forAll === 'on') {
    return {
      state: 'on',
      words: 'Ziggie starts at login for every user of this computer. An administrator can change that.',
      can_change: false,
    };
  }
  return own === 'off' ? offItem(program) : { state: own, words: wordsOf(own, user, program), can_change: true };
}

type OwnState = Exclude<LoginItem['state'], 'unavailable'>;

function stateOf({ run, approved }: LoginKeys, program: string): OwnState {
  const value = valueNamed(run ?? [], loginItemName);
  if (value === null) return 'off';
  if (!startsProgram(value.data, program)) return 'other_program';
  const switches = (approved ?? []).filter(({ name }) => name.toLowerCase() === loginItemName.toLowerCase());
  return switches.some(isSwitchedOff) ? 'disabled_by_windows' : 'on';
}

/** In which hive Windows keeps what one user switched off of the entries for all is not documented: either counts. */
const both = (one: LoginKeys['approved'], other: LoginKeys['approved']): LoginKeys['approved'] => [
  ...(one ?? []),
  ...(other ?? []),
];

function wordsOf(state: Exclude<OwnState, 'off'>, { run, approved }: LoginKeys, program: string): string {
  switch (state) {
    case 'on':
      return approved === null
        ? 'Ziggie starts at login, in the tray. Whether Task Manager has switched it off could not be read.'
        : 'Ziggie starts at login, in the tray.';
    case 'disabled_by_windows':
      return 'Switched off in Task Manager or in the Settings app of Windows, under Startup apps. Switching it on here switches it on there, too.';
    case 'other_program': {
      const other = programOf(valueNamed(run ?? [], loginItemName)?.data ?? '');
      return `Another Ziggie starts at login: ${other}. Switching it on makes it this one: ${program}.`;
    }
  }
}

function offItem(program: string): LoginItem {
  const { length } = loginCommand(program);
  if (length > LONGEST_RUN_COMMAND) {
    return {
      state: 'off',
      words: `Windows starts no command of more than ${LONGEST_RUN_COMMAND} characters at login, and this one has ${length}. Install Ziggie in a folder with a shorter path.`,
      can_change: false,
    };
  }
  return { state: 'off', words: 'Ziggie does not start at login.', can_change: true };
}
