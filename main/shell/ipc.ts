/** The shell's side of the bridge. Messages are served from the typed map only, and only for the coordinator's own page. */
import { type IpcMainInvokeEvent, ipcMain } from 'electron';
import type { BridgeCalls } from '../../protocol/desktop.ts';
import { isOwnAddress } from './own-address.ts';

type Serve<C extends keyof BridgeCalls> = (
  ...parameters: Parameters<BridgeCalls[C]>
) => ReturnType<BridgeCalls[C]> | Promise<ReturnType<BridgeCalls[C]>>;

/** One handler per channel of the map: a channel that is forgotten here does not compile. */
export type BridgeHandlers = { readonly [C in keyof BridgeCalls]: Serve<C> };

/** Answers the page's messages. A sender that is not trusted gets an error and learns nothing. */
export function serveBridge(
  handlers: BridgeHandlers,
  isTrusted: (event: IpcMainInvokeEvent) => boolean,
  onRefused: (channel: string, senderUrl: string) => void,
): void {
  for (const channel of Object.keys(handlers) as (keyof BridgeCalls)[]) {
    serve(channel, handlers[channel]);
  }

  function serve<C extends keyof BridgeCalls>(channel: C, handler: Serve<C>): void {
    ipcMain.handle(channel, (event, ...parameters: Parameters<BridgeCalls[C]>) => {
      if (!isTrusted(event)) {
        onRefused(channel, event.senderFrame?.url ?? 'a frame that is gone');
        throw new Error(`${channel} is only answered to the dashboard's own page.`);
      }
      return handler(...parameters);
    });
  }
}

/** True for the top frame of a page that the coordinator at `origin` served. */
export function isOwnPage(event: IpcMainInvokeEvent, origin: string): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && isOwnAddress(frame.url, origin);
}
