/** Logs over a WebSocket, as they are written: one agent's, a branch's, or the lines on everybody's life. */
import { closeCodes, type LogMessage, logMessageSchema } from '../../protocol/socket-messages.ts';
import { type Feed, type FeedOptions, startFeed, type Talk } from './socket-feed.ts';

/** A piece of a log: whole characters from byte `offset` to before byte `end`. */
export type LogText = Omit<Extract<LogMessage, { type: 'log' }>, 'type'>;
export type LogEnd = Omit<Extract<LogMessage, { type: 'log_end' }>, 'type'>;

export interface LogFollowOptions extends FeedOptions {
  /** null: a line on each turn in the life of every agent that the token may see. */
  readonly agentId: string | null;
  /** With all agents below it, those that come later too. */
  readonly tree?: boolean;
  /** Where to begin: at a byte (with `agentId` null: after an event), or so many bytes before the end. Left out: at the end. */
  readonly from?: number;
  readonly tail?: number;
  /** In order for each agent, no byte twice, also across a restart of the coordinator. */
  readonly onText: (text: LogText) => void;
  /** All of this agent's log was told. */
  readonly onEnd?: (end: LogEnd) => void;
  /** Everything that was asked for was told: the last callback. */
  readonly onDone?: () => void;
}

/** Follows until `close()`, or until everything that is asked for has ended. */
export const followLog = (options: LogFollowOptions): Feed => startFeed(options, new LogTalk(options));

class LogTalk implements Talk<LogMessage> {
  readonly schema = logMessageSchema;
  readonly #options: LogFollowOptions;
  /** Of each agent, the byte that comes next; with `agentId` null, under the name '' the event that was last told of. */
  readonly #places = new Map<string, number>();
  readonly #ended = new Set<string>();
  /** Of a branch: places before the loss, up to which everything is told again. */
  #told: ReadonlyMap<string, number> = new Map();

  constructor(options: LogFollowOptions) {
    this.#options = options;
  }

  connect(): ReturnType<Talk<LogMessage>['connect']> {
    const { agentId, tree = false } = this.#options;
    const query = {
      ...(agentId === null ? {} : { agent_id: agentId }),
      ...(tree ? { tree: '1' } : {}),
      ...this.#begin(),
    };
    return { path: '/ws/coordinator/logs', query, isLive: true };
  }

  take(message: LogMessage): 'fine' {
    switch (message.type) {
      case 'log':
        this.#tell(message);
        break;
      case 'log_end': {
        if (!this.#ended.has(message.agent_id)) this.#options.onEnd?.(message);
        this.#ended.add(message.agent_id);
        break;
      }
      case 'heartbeat':
        if (this.#options.agentId === null) this.#places.set('', message.seq);
        break;
      case 'pong':
        break;
    }
    return 'fine';
  }

  endsWith(closeCode: number): boolean {
    if (closeCode !== closeCodes.done) return false;
    this.#options.onDone?.();
    return true;
  }

  #begin(): Record<string, string> {
    const { agentId, tree = false, from, tail } = this.#options;
    if (this.#places.size === 0) {
      if (from !== undefined) return { from: String(from) };
      return tail === undefined ? {} : { tail: String(tail) };
    }
    if (!tree) return { from: String(this.#places.get(agentId ?? '') ?? 0) };
    // One number cannot say how far each log was told, and who joined meanwhile is wanted from the beginning.
    this.#told = new Map(this.#places);
    return { from: '0' };
  }

  #tell(message: Extract<LogMessage, { type: 'log' }>): void {
    const { agent_id, offset, end } = message;
    const told = this.#told.get(agent_id) ?? 0;
    this.#places.set(this.#options.agentId === null ? '' : agent_id, Math.max(end, told));
    const text = offset < told ? behind(message, told) : message.text;
    if (text === '') return;
    this.#ended.delete(agent_id); // It runs once more.
    this.#options.onText({ agent_id, offset: Math.max(offset, told), end, text });
  }
}

/** The text from byte `place` of the log on. */
function behind({ offset, text }: LogText, place: number): string {
  return new TextDecoder().decode(new TextEncoder().encode(text).subarray(place - offset));
}
