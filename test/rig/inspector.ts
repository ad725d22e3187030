/**
 * A running Node process asked from outside what only it knows: its heap after a full collection, its active timers and
 * handles, how late its event loop was. By the inspector protocol on the loopback; the product has no hook for it.
 */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { waitFor } from './wait-for.ts';

/** For node, before the script: it says on stderr where it listens. */
export const inspectArguments = ['--inspect=127.0.0.1:0'];

interface Reply {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Evaluated {
  readonly result: { readonly value?: unknown };
  readonly exceptionDetails?: { readonly exception?: { readonly description?: string } };
}

export class Inspector {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#hear(JSON.parse(data.toString()) as Reply));
  }

  /** `output` is all that the process has printed; its newest listener counts, it may have been started more than once. */
  static async of(output: () => string): Promise<Inspector> {
    const url = await waitFor(
      'the inspector listens',
      () => [...output().matchAll(/Debugger listening on (ws:\/\/127\.0\.0\.1:\S+)/g)].at(-1)?.[1],
    );
    const socket = new WebSocket(url);
    await once(socket, 'open');
    return new Inspector(socket);
  }

  /** Rejects with what the other side says when it does not know the method or refuses. */
  async call(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#lastId;
    const answered = new Promise<Reply>((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await answered;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  /** What an expression gives in the global scope of the process, as JSON would carry it; a promise is awaited. */
  async evaluate(expression: string): Promise<unknown> {
    const params = { expression, returnByValue: true, awaitPromise: true };
    const { result, exceptionDetails } = (await this.call('Runtime.evaluate', params)) as Evaluated;
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? expression);
    return result.value;
  }

  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  #hear(reply: Reply): void {
    if (reply.id === undefined) return; // An event; none was asked for.
    this.#waiting.get(reply.id)?.(reply);
    this.#waiting.delete(reply.id);
  }
}
