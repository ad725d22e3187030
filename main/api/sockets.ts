/** `WS /ws/coordinator`: the fleet as it is, then every event, with sequence numbers and nothing in between lost. */
import type { WebSocket } from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import type { Sequenced, SocketMessage, ZiggieEvent } from '../../protocol/events.ts';
import { toSnapshot } from '../../protocol/fleet.ts';
import type { Coordinator } from '../coordinator/facade.ts';
import { failureOf } from '../../protocol/failures.ts';
import { sendFailure } from './problem.ts';

/** A client that lets this much pile up does not read; it may come back for a new snapshot. */
const mostQueuedBytes = 4 * 1024 * 1024;
const closeSlowReader = 4408;
const closeGoingAway = 1001;

export function socketRoutes(app: FastifyInstance, coordinator: Coordinator): void {
  const open = new Set<WebSocket>();
  app.addHook('preClose', (done) => {
    for (const socket of open) socket.close(closeGoingAway, 'the coordinator is stopping');
    done();
  });
  app.get(
    '/ws/coordinator',
    {
      websocket: true,
      preValidation: (request, reply, done) => {
        if (request.principal?.kind === 'operator') return done();
        sendFailure(
          reply,
          failureOf(
            'NOT_ALLOWED',
            'The stream of the whole fleet is for the operator. An agent lists its branch with GET /api/coordinator/agents.',
          ),
        );
      },
    },
    (socket, request) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
      // Whatever a client sends is read and dropped: this socket only tells.
      socket.on('error', () => socket.terminate());
      follow(socket, coordinator, sinceOf(request.query));
    },
  );
}

/** Subscribed and caught up in one turn of the event loop, so no event falls in between. */
function follow(socket: WebSocket, coordinator: Coordinator, since: number | null): void {
  const missed = since === null ? null : coordinator.eventsSince(since);
  if (missed === null) {
    const fleet = toSnapshot(coordinator.fleet());
    send(socket, { type: 'snapshot', seq: fleet.seq, timestamp: new Date().toISOString(), fleet });
  }
  for (const event of missed ?? []) sendEvent(socket, event);
  const tellHealth = (): void => send(socket, { type: 'health', degraded: [...coordinator.degraded()] });
  if (coordinator.degraded().length > 0) tellHealth(); // A client that was told nothing takes it as healthy.
  socket.on('close', coordinator.onHealth(tellHealth));
  socket.on(
    'close',
    coordinator.subscribe((event) => sendEvent(socket, event)),
  );
}

/** Each event is written as text once, however many clients follow. */
const eventTexts = new WeakMap<Sequenced, string>();

function sendEvent(socket: WebSocket, sequenced: Sequenced): void {
  if (socket.bufferedAmount > mostQueuedBytes) {
    socket.close(closeSlowReader, 'too slow; connect again for a snapshot');
    socket.terminate();
    return;
  }
  const text = eventTexts.get(sequenced) ?? eventText(sequenced);
  eventTexts.set(sequenced, text);
  socket.send(text);
}

function eventText({ seq, event }: Sequenced): string {
  const message: SocketMessage = { type: 'event', seq, event: withoutPrompts(event) };
  return JSON.stringify(message);
}

/** A prompt may be long and nobody who watches needs it. */
function withoutPrompts(event: ZiggieEvent): ZiggieEvent {
  if (event.type === 'agent_accepted') return { ...event, prompt: null };
  if (event.type !== 'batch_accepted') return event;
  return { ...event, accepted: event.accepted.map((one) => ({ ...one, prompt: null })) };
}

function send(socket: WebSocket, message: SocketMessage): void {
  socket.send(JSON.stringify(message));
}

function sinceOf(query: unknown): number | null {
  const since = typeof query === 'object' && query !== null && 'since' in query ? Number(query.since) : Number.NaN;
  return Number.isSafeInteger(since) && since >= 0 ? since : null;
}
