/** The tray's entries about the desktop application itself: its start at login, and an update that is ready. Pure. */
import type { LoginItem, UpdateStatus } from '../../../protocol/desktop.ts';
import type { TrayItem, TrayModel } from './model.ts';

/** The model with the entries above Quit, which stays the last. */
export function withDesktopEntries(model: TrayModel, login: LoginItem, updates: UpdateStatus): TrayModel {
  const isLast = (index: number): boolean => index === model.menu.length - 1;
  const menu = model.menu.flatMap((item, index) =>
    isLast(index) ? [...updateEntries(updates), ...loginEntries(login), item] : [item],
  );
  return { ...model, menu };
}

function updateEntries({ phase, available_version }: UpdateStatus): TrayItem[] {
  if (phase !== 'ready') return [];
  return [
    { kind: 'action', label: `Restart to update to ${available_version}…`, action: { type: 'restart_to_update' } },
  ];
}

/** What a check mark alone cannot say stands beside it. */
const notes: Readonly<Record<LoginItem['state'], string>> = {
  on: '',
  off: '',
  disabled_by_windows: ' (switched off in Task Manager)',
  other_program: ' (another copy does)',
  unavailable: ' (not available here)',
};

function loginEntries({ state, can_change }: LoginItem): TrayItem[] {
  const isOn = state === 'on';
  const note = isOn && !can_change ? ' (set for all users)' : notes[state];
  return [
    {
      kind: 'check',
      label: `Start at login${note}`,
      checked: isOn,
      enabled: can_change,
      action: { type: 'start_at_login', on: !isOn },
    },
  ];
}
