/** What the desktop gives the dashboard beyond a browser: the language between the page, the preload script and the shell. */

/** Where the coordinator listens and the operator's token for it. */
export interface Connection {
  readonly url: string;
  readonly token: string;
}

/** `window.ziggie` on the desktop; absent in a browser. */
export interface DesktopBridge {
  /** Version of the desktop application. */
  readonly version: string;
  /** Rejects when the page is not the coordinator's own. */
  connection(): Promise<Connection>;
}

/** Every message the page may send to the shell: channel -> signature. The shell serves exactly these. */
export interface BridgeCalls {
  'ziggie:connection': () => Connection;
}

/** The shell hands the version over as this argument of the page's process, so that reading it needs no message. */
export const versionArgument = '--ziggie-version=';
