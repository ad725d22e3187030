/** Where an update stands, as data, and in words. Pure. */
import type { UpdateSettings } from '../../../protocol/config.ts';
import type { UpdatePhase, UpdateStatus } from '../../../protocol/desktop.ts';

/** What was done and found so far; whether the channel is on is the settings' affair. */
export interface UpdateState {
  readonly phase: Exclude<UpdatePhase, 'off' | 'unavailable'>;
  readonly available: string | null;
  readonly percent: number | null;
  readonly checkedAt: string | null;
  readonly trouble: string | null;
}

export const notLooked: UpdateState = {
  phase: 'idle',
  available: null,
  percent: null,
  checkedAt: null,
  trouble: null,
};

export function updateStatus(
  version: string,
  settings: UpdateSettings,
  /** Why this copy cannot be updated; null: it can. */
  unavailable: string | null,
  state: UpdateState,
): UpdateStatus {
  const phase = unavailable !== null ? 'unavailable' : settings.channel === 'off' ? 'off' : state.phase;
  const isOn = phase !== 'unavailable' && phase !== 'off';
  return {
    version,
    channel: settings.channel,
    phase,
    available_version: isOn ? state.available : null,
    percent: isOn ? state.percent : null,
    checked_at: state.checkedAt,
    trouble: isOn ? state.trouble : null,
    words: wordsOf(phase, settings, unavailable, state),
  };
}

function wordsOf(
  phase: UpdatePhase,
  { channel }: UpdateSettings,
  unavailable: string | null,
  { available, percent, trouble }: UpdateState,
): string {
  switch (phase) {
    case 'off':
      return 'Ziggie does not ask for updates.';
    case 'unavailable':
      return unavailable ?? '';
    case 'idle':
      return 'Not asked yet.';
    case 'checking':
      return 'Asking for updates …';
    case 'up_to_date':
      return 'This is the newest version.';
    case 'available':
      return `Version ${available} is there. Nothing is downloaded until you say so.`;
    case 'downloading':
      return `Downloading version ${available}: ${Math.floor(percent ?? 0)} %.`;
    case 'ready':
      return channel === 'install_on_quit'
        ? `Version ${available} is downloaded and is installed when you quit Ziggie.`
        : `Version ${available} is downloaded. It is installed when you choose to restart.`;
    case 'failed':
      return `${available === null ? 'Asking for updates' : `Version ${available}`} did not work out: ${trouble ?? 'for no known reason'}`;
  }
}

/** What a person can do something with, in one line: no stack, no headers. */
export function troubleOf(error: unknown, feed: string): string {
  const text = error instanceof Error ? error.message : String(error);
  const [first = ''] = text.split(/\r?\n/);
  const short = first.length > 300 ? `${first.slice(0, 299)}…` : first;
  return `${short.replace(/[.\s]*$/, '')}. The feed is ${feed}; the shell's log has the rest.`;
}
