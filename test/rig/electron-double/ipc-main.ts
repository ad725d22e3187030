/** `ipcMain` of the double. */

/** What Electron tells the shell of the frame that sent a message. */
export interface SenderFrame {
  readonly url: string;
  /** null for the top frame. */
  readonly parent: unknown;
}

type Handler = Parameters<Electron.IpcMain['handle']>[1];

class IpcMain {
  readonly #handlers = new Map<string, Handler>();

  handle(channel: string, handler: Handler): void {
    if (this.#handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.#handlers.set(channel, handler);
  }

  /** A message from a page; the answer, or what the handler threw. */
  async dispatch(channel: string, frame: SenderFrame, parameters: readonly unknown[]): Promise<unknown> {
    const handler = this.#handlers.get(channel);
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
    const answer: unknown = await handler(
      { senderFrame: frame } as unknown as Electron.IpcMainInvokeEvent,
      ...parameters,
    );
    return answer;
  }
}

export const ipcMain = new IpcMain();
