/** One WebSocket connection to a coordinator: typed messages in order, then one end with its reason. */
import type { z } from 'zod';
import { closeCodes } from '../../protocol/socket-messages.ts';
import { parseAnswer } from './answer.ts';
import { type ClientFailure, connectionFailure } from './client.ts';

/** The part of a WebSocket that is used: a browser's fits, and so does that of the `ws` package. */
export interface SocketLike {
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number }) => void): void;
  addEventListener(type: 'error', listener: () => void): void;
  close(): void;
}
export type SocketConstructor = new (url: string) => SocketLike;

export interface SocketEvents<M> {
  readonly schema: z.ZodType<M>;
  readonly onOpen: () => void;
  readonly onMessage: (message: M) => void;
  /** Comes once, and nothing comes after it. `closeCode` null: a message made no sense. Not called for a `close()` from this side. */
  readonly onEnd: (failure: ClientFailure, closeCode: number | null) => void;
}

export interface OpenSocket {
  close(): void;
}

/** `address` may carry a ticket and is never shown; `shownUrl` stands in messages. */
export function openSocket<M>(
  WebSocket: SocketConstructor,
  address: string,
  shownUrl: string,
  events: SocketEvents<M>,
): OpenSocket {
  const socket = new WebSocket(address);
  const over = new AbortController();
  const end = (failure: ClientFailure, closeCode: number | null): void => {
    if (over.signal.aborted) return;
    over.abort();
    socket.close();
    events.onEnd(failure, closeCode);
  };
  socket.addEventListener('open', () => {
    if (!over.signal.aborted) events.onOpen();
  });
  socket.addEventListener('message', ({ data }) => {
    if (over.signal.aborted) return;
    const message = parseAnswer(events.schema, String(data), `A message on the socket of ${shownUrl}`);
    if (message.ok) events.onMessage(message.value);
    else end(message.failure, null);
  });
  // An error says nothing that the close after it does not; without a listener it would end a Node process.
  socket.addEventListener('error', () => undefined);
  socket.addEventListener('close', ({ code }) => end(closeFailure(code, shownUrl), code));
  return {
    close: () => {
      over.abort();
      socket.close();
    },
  };
}

function closeFailure(code: number, url: string): ClientFailure {
  return connectionFailure('UNREACHABLE', closeWords(code, url), { close_code: code });
}

function closeWords(code: number, url: string): string {
  switch (code) {
    case closeCodes.goingAway:
      return `The coordinator at ${url} is stopping. Start it with \`ziggie serve\`.`;
    case closeCodes.tokenEnded:
      return `The agent whose token opened the connection to ${url} has ended.`;
    case closeCodes.tooSlow:
      return 'Events came faster than they were taken in, so the coordinator hung up. The connection is made again.';
    default:
      return `The connection to ${url} ended (close code ${code}). Is the coordinator running? Start it with \`ziggie serve\`.`;
  }
}
