/** What the desktop gives the dashboard beyond a browser: the language between the page, the preload script and the shell. */
import type { UpdateChannel } from './config.ts';

/** Where the coordinator listens and the operator's token for it. */
export interface Connection {
  readonly url: string;
  readonly token: string;
}

/**
 * Whether Ziggie starts when the user logs in, as the system keeps it. `disabled_by_windows`: registered, and switched off
 * in Task Manager. `other_program`: what is registered under the name is another copy. `unavailable`: cannot be had here.
 */
export interface LoginItem {
  readonly state: 'on' | 'off' | 'disabled_by_windows' | 'other_program' | 'unavailable';
  /** What that means and what can be done, in a sentence or two. */
  readonly words: string;
  /** False also where it is on for all users by an administrator's hand. */
  readonly can_change: boolean;
}

/**
 * `off`: the channel is off. `unavailable`: this copy cannot be updated. `idle`: not looked yet. `ready`: downloaded, and
 * installed when Ziggie quits. `failed`: the last step did not work; `trouble` says why.
 */
export type UpdatePhase =
  'off' | 'unavailable' | 'idle' | 'checking' | 'up_to_date' | 'available' | 'downloading' | 'ready' | 'failed';

export interface UpdateStatus {
  /** Of the running program. */
  readonly version: string;
  readonly channel: UpdateChannel;
  readonly phase: UpdatePhase;
  /** Newer than the running one; null: none is known. */
  readonly available_version: string | null;
  /** 0 to 100 while it downloads. */
  readonly percent: number | null;
  /** When the feed was last asked with an answer (ISO 8601); null: not yet. */
  readonly checked_at: string | null;
  /** What went wrong last; null: nothing. */
  readonly trouble: string | null;
  /** All of it in a sentence or two. */
  readonly words: string;
}

/** `window.ziggie` on the desktop; absent in a browser. Each verb rejects when the page is not the coordinator's own. */
export interface DesktopBridge {
  /** Version of the desktop application. */
  readonly version: string;
  connection(): Promise<Connection>;
  /** Reads anew what the system keeps. */
  loginItem(): Promise<LoginItem>;
  /** Switches it and answers with what then is the case. */
  setLoginItem(on: boolean): Promise<LoginItem>;
  updates(): Promise<UpdateStatus>;
  /** Asks the feed now; answers when it has answered. */
  checkForUpdates(): Promise<UpdateStatus>;
  /** Begins the download and answers at once. */
  downloadUpdate(): Promise<UpdateStatus>;
  /** Asks the operator about what runs, then ends, installs and starts again; answers at once. */
  restartToUpdate(): Promise<UpdateStatus>;
}

/** Every message the page may send to the shell: channel -> signature. The shell serves exactly these. */
export interface BridgeCalls {
  'ziggie:connection': () => Connection;
  'ziggie:login-item': () => LoginItem;
  'ziggie:set-login-item': (on: boolean) => LoginItem;
  'ziggie:updates': () => UpdateStatus;
  'ziggie:check-for-updates': () => UpdateStatus;
  'ziggie:download-update': () => UpdateStatus;
  'ziggie:restart-to-update': () => UpdateStatus;
}

/** The shell hands the version over as this argument of the page's process, so that reading it needs no message. */
export const versionArgument = '--ziggie-version=';
