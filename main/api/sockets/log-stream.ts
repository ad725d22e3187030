/** Logs as they are written: one agent's, or those of a branch, in which children that come later join. */
import { setTimeout as delay } from 'node:timers/promises';
import { isEnded } from '../../../protocol/agent.ts';
import { acceptances } from '../../../protocol/events.ts';
import { isWithin, subtree } from '../../../protocol/fleet.ts';
import { closeCodes, type LogMessage } from '../../../protocol/socket-messages.ts';
import type { Coordinator, Principal } from '../../coordinator/facade.ts';
import type { Connection } from './connection.ts';
import { Gate } from './gate.ts';
import { beat } from './heartbeat.ts';
import { type LogStart, LogTail, type Piece } from './log-tail.ts';

/** How soon what an agent prints is seen. */
const lookEveryMs = 200;
/** A branch may have more logs than this process may have files open; and what is read at a time waits for the client. */
const mostReading = 8;
/** Of all streams together. */
const reading = new Gate(mostReading);

export interface LogWish {
  readonly agentId: string;
  readonly tree: boolean;
  readonly start: LogStart;
}

/** Closes the connection with `done` when everything that was asked for has ended and was sent. */
export function streamLogs(connection: Connection, coordinator: Coordinator, by: Principal, wish: LogWish): void {
  const stream = new LogStream(connection, coordinator, by);
  if (!wish.tree) stream.add(wish.agentId, wish.start);
  else {
    for (const { facts } of subtree(coordinator.fleet(), wish.agentId)) stream.add(facts.agent_id, wish.start);
    const leave = coordinator.subscribe(({ event }) => {
      if (event.type === 'agents_requeued') for (const id of event.agent_ids) stream.addAgain(id);
      for (const { facts } of acceptances(event)) {
        // What it prints before it is seen here belongs to it like the rest.
        if (isWithin(coordinator.fleet(), facts.agent_id, wish.agentId)) stream.add(facts.agent_id, { from: 0 });
      }
    });
    connection.onClose(leave);
  }
  beat(connection, () => ({ seq: coordinator.fleet().seq }));
}

class LogStream {
  readonly #connection: Connection;
  readonly #coordinator: Coordinator;
  readonly #by: Principal;
  readonly #over = new AbortController();
  #open = 0;
  /** Whose end was told, and how much of its log. */
  readonly #ended = new Map<string, number>();

  constructor(connection: Connection, coordinator: Coordinator, by: Principal) {
    this.#connection = connection;
    this.#coordinator = coordinator;
    this.#by = by;
    connection.onClose(() => this.#over.abort());
  }

  add(agentId: string, start: LogStart): void {
    const path = this.#coordinator.logFile(agentId, this.#by);
    if (!path.ok) return;
    this.#open += 1;
    void this.#follow(agentId, new LogTail(path.value, start))
      .catch(() => this.#connection.close(closeCodes.internal, 'a log cannot be read; connect again'))
      .finally(() => {
        this.#open -= 1;
        if (this.#open === 0) void this.#connection.finish(closeCodes.done, 'all was sent');
      });
  }

  /** For one that had ended and is to run once more. One whose end was not told yet is followed still. */
  addAgain(agentId: string): void {
    const from = this.#ended.get(agentId);
    if (from === undefined) return;
    this.#ended.delete(agentId);
    this.add(agentId, { from });
  }

  async #follow(agentId: string, tail: LogTail): Promise<void> {
    let isFirst = true;
    while (this.#connection.isOpen) {
      await this.#connection.drained();
      const looked = await reading.run(() => this.#look(agentId, tail));
      if (looked === null) continue;
      const { piece, isLast } = looked;
      if (piece.is === 'text') {
        const { offset, end, text } = piece;
        this.#say({ type: 'log', agent_id: agentId, offset, end, text });
      } else if (piece.is === 'nothing' && isFirst) {
        // So that the client knows from where to come back.
        this.#say({ type: 'log', agent_id: agentId, offset: tail.position, end: tail.position, text: '' });
      } else if (piece.is === 'replaced' || (piece.is === 'nothing' && isLast)) {
        const reason = piece.is === 'replaced' ? ({ reason: 'log_replaced' } as const) : {};
        this.#say({ type: 'log_end', agent_id: agentId, size: tail.position, ...reason });
        if (piece.is !== 'replaced') this.#ended.set(agentId, tail.position);
        return;
      } else await delay(lookEveryMs, undefined, { ref: false, signal: this.#over.signal }).catch(() => undefined);
      if (piece.is !== 'later') isFirst = false;
    }
  }

  /** Null: others were first, and the client has to take what they read. */
  async #look(agentId: string, tail: LogTail): Promise<{ readonly piece: Piece; readonly isLast: boolean } | null> {
    if (!this.#connection.hasRoom) return null;
    const isLast = this.#hasEnded(agentId); // Asked before reading: what came until then is read.
    return { piece: await tail.next(isLast), isLast };
  }

  #say(message: LogMessage): void {
    this.#connection.send(JSON.stringify(message));
  }

  /** What was forgotten has ended. */
  #hasEnded(agentId: string): boolean {
    const agent = this.#coordinator.fleet().agents.get(agentId);
    return agent === undefined || isEnded(agent);
  }
}
