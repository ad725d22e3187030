/** What the update channel needs of a program that fetches and installs updates; `electron-updater-client.ts` is the one there is. */
export interface UpdateClient {
  /** The newer version that the feed offers; null: the running one is the newest. Rejects with what went wrong. */
  check(): Promise<string | null>;
  /** Fetches what `check` found and holds it against the feed's checksum. `onPercent`: 0 to 100. Rejects with what went wrong. */
  download(onPercent: (percent: number) => void): Promise<void>;
  /**
   * Starts the installer, silently; this process must end at once. `restart`: it starts Ziggie again when it is done. False:
   * it could not be started, and nothing has changed.
   */
  install(restart: boolean): boolean;
}
