/** `session` and `shell` of the double. */

import type { PermissionName } from './commands.ts';

type RequestHandler = Parameters<Electron.Session['setPermissionRequestHandler']>[0];
type CheckHandler = Parameters<Electron.Session['setPermissionCheckHandler']>[0];

class Session {
  #request: RequestHandler = null;
  #check: CheckHandler = null;

  setPermissionRequestHandler(handler: RequestHandler): void {
    this.#request = handler;
  }

  setPermissionCheckHandler(handler: CheckHandler): void {
    this.#check = handler;
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
