/** `session` and `shell` of the double. */

import { EventEmitter } from 'node:events';
import type { PermissionName } from './commands.ts';
import { type Emits, preventable } from './events.ts';

type RequestHandler = Parameters<Electron.Session['setPermissionRequestHandler']>[0];
type CheckHandler = Parameters<Electron.Session['setPermissionCheckHandler']>[0];

type SessionEvents = {
  'will-download': [event: Electron.Event, item: Electron.DownloadItem, contents: Electron.WebContents];
};
true satisfies Emits<Electron.Session, SessionEvents>;

class Session extends EventEmitter<SessionEvents> {
  #request: RequestHandler = null;
  #check: CheckHandler = null;
  #device: Parameters<Electron.Session['setDevicePermissionHandler']>[0] = null;

  setPermissionRequestHandler(handler: RequestHandler): void {
    this.#request = handler;
  }

  setPermissionCheckHandler(handler: CheckHandler): void {
    this.#check = handler;
  }

  setDevicePermissionHandler(handler: Parameters<Electron.Session['setDevicePermissionHandler']>[0]): void {
    this.#device = handler;
  }

  /** Whether a page may save what lies at this address. */
  maySave(url: string): boolean {
    const event = preventable({});
    const item = { getURL: () => url } as Electron.DownloadItem;
    this.emit('will-download', event, item, {} as Electron.WebContents);
    return !event.defaultPrevented;
  }

  /** Whether a page of this origin may use a device of the machine; Electron asks only for one that somebody chose. */
  mayUseDevices(origin: string): boolean {
    const details = { deviceType: 'usb', origin } as Electron.DevicePermissionHandlerHandlerDetails;
    return this.#device?.(details) ?? true;
  }

  /** What the shell answers a page that asks for a right; Electron grants all where nobody answers. */
  async permission(name: PermissionName, origin: string): Promise<{ request: boolean; check: boolean }> {
    const [request, check] = [this.#request, this.#check];
    const details = { requestingUrl: `${origin}/` } as Electron.PermissionRequest &
      Electron.PermissionCheckHandlerHandlerDetails;
    return {
      request: await new Promise((resolve) => {
        if (request === null) resolve(true);
        else request({} as Electron.WebContents, name, resolve, details);
      }),
      check: check?.(null, name, origin, details) ?? true,
    };
  }
}

const partitions = new Map<string, Session>();

export const session = {
  defaultSession: new Session(),
  fromPartition(name: string): Session {
    const known = partitions.get(name) ?? new Session();
    partitions.set(name, known);
    return known;
  },
};

/** Paths that were opened in the system's file manager. */
export const openedPaths: string[] = [];
export const shell = {
  openPath(path: string): Promise<string> {
    openedPaths.push(path);
    return Promise.resolve('');
  },
};
