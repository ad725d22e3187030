/** One WebSocket connection to a coordinator: typed messages in order, then one end with its reason. */
import { type SocketMessage, socketMessageSchema } from '../../protocol/events.ts';
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

export interface SocketEvents {
  readonly onOpen: () => void;
  readonly onMessage: (message: SocketMessage) => void;
  /** Comes once, and nothing comes after it. Not called for a `close()` from this side. */
  readonly onEnd: (failure: ClientFailure) => void;
}

export interface OpenSocket {
  close(): void;
}

/** `address` may carry a ticket and is never shown; `shownUrl` stands in messages. */
export function openSocket(
  WebSocket: SocketConstructor,
  address: string,
  shownUrl: string,
  events: SocketEvents,
): OpenSocket {
  const socket = new WebSocket(address);
  const over = new AbortController();
  const end = (failure: ClientFailure): void => {
    if (over.signal.aborted) return;
    over.abort();
    socket.close();
    events.onEnd(failure);
  };
  socket.addEventListener('open', () => {
    if (!over.signal.aborted) events.onOpen();
  });
  socket.addEventListener('message', ({ data }) => {
    if (over.signal.aborted) return;
    const message = parseAnswer(socketMessageSchema, String(data), `A message on the socket of ${shownUrl}`);
    if (message.ok) events.onMessage(message.value);
    else end(message.failure);
  });
  // An error says nothing that the close after it does not; without a listener it would end a Node process.
  socket.addEventListener('error', () => undefined);
  socket.addEventListener('close', ({ code }) => end(closeFailure(code, shownUrl)));
  return {
    close: () => {
      over.abort();
      socket.close();
    },
  };
}

function closeFailure(code: number, url: string): ClientFailure {
  const details = { close_code: code };
  switch (code) {
    case 1001:
      return connectionFailure(
        'UNREACHABLE',
        `The coordinator at ${url} is stopping. Start it with \`ziggie serve\`.`,
        details,
      );
    case 4408:
      return connectionFailure(
        'UNREACHABLE',
        'Events came faster than they were taken in, so the coordinator hung up. The connection is made again.',
        details,
      );
    default:
      return connectionFailure(
        'UNREACHABLE',
        `The connection to ${url} ended (close code ${code}). Is the coordinator running? Start it with \`ziggie serve\`.`,
        details,
      );
  }
}
