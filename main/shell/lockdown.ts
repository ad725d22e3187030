/** What no page in this application may do: leave the coordinator's address, open windows, save others' files, or use rights beyond copying. */
import { type WebContents, app, session } from 'electron';
import type { ShellLog } from './log.ts';
import { isOwnAddress } from './own-address.ts';

/** Applies to every page from now on, also to ones that a later version may add. `origin` is the coordinator's. */
export function lockDownPages(origin: string, log: ShellLog): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl }) => {
    const granted = isGranted(permission, requestingUrl, origin);
    if (!granted) log.warn(`${requestingUrl} asked for the permission "${permission}" and was refused.`);
    answer(granted);
  });
  defaultSession.setPermissionCheckHandler((_contents, permission, requester) =>
    isGranted(permission, requester, origin),
  );
  defaultSession.setDevicePermissionHandler(() => false);
  // What the dashboard saves it has made itself, or asked of the coordinator.
  defaultSession.on('will-download', (event, item) => {
    if (isOwnAddress(item.getURL(), origin)) return;
    log.warn(`A page tried to save ${item.getURL().slice(0, 200)} and was held.`);
    event.preventDefault();
  });
  app.on('web-contents-created', (_event, contents) => lockDown(contents, origin, log));
}

/** The dashboard's own Copy buttons put text on the clipboard; nothing else of the system is needed, so nothing is given. */
const isGranted = (permission: string, requester: string, origin: string): boolean =>
  permission === 'clipboard-sanitized-write' && isOwnAddress(requester, origin);

function lockDown(contents: WebContents, origin: string, log: ShellLog): void {
  const stay = (details: Electron.Event<{ url: string }>): void => {
    if (isOwnAddress(details.url, origin)) return;
    log.warn(`A page tried to go to ${details.url} and was held.`);
    details.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    // A link of our own that asks for a new window still leads somewhere: here.
    if (isOwnAddress(url, origin)) void contents.loadURL(url).catch((error: unknown) => log.error(String(error)));
    else log.warn(`A page tried to open a window on ${url} and was held.`);
    return { action: 'deny' };
  });
}
