/** The queue as it is shown: who waits, in the order of starting, why, and what would free it. */
import type { Agent } from '../../protocol/agent.ts';
import { type Fleet, livingAgents } from '../../protocol/fleet.ts';
import { heldWords, holdOf } from '../../protocol/hold.ts';
import type { QueueAnswer } from '../../protocol/queue.ts';
import { agentPath, type PathStep } from './agent-path.ts';
import { clockTime, duration } from './format.ts';
import { visible } from './visible-text.ts';

export interface QueueRow {
  readonly agentId: string;
  /** 1 is the next of all; null: it keeps no place just now (in back-off, or its branch is paused). */
  readonly position: number | null;
  readonly kind: 'waiting' | 'backoff' | 'held';
  readonly path: readonly PathStep[];
  readonly runtime: string;
  readonly priority: number;
  /** Since when it waits; ISO 8601 UTC. */
  readonly since: string;
  /** For what, in a few words. */
  readonly reason: string;
  /** The reason as the coordinator gives it, with the setting behind it. */
  readonly fullReason: string;
  /** What ends the waiting: "when one of them ends". */
  readonly freedBy: string;
  /** When it gives up, or is tried next; null: neither. ISO 8601 UTC. */
  readonly until: string | null;
}

/** Priorities that were asked for and are not confirmed yet, by agent. */
export type Wanted = ReadonlyMap<string, number>;

/**
 * First those that have a place, in its order, then the back-offs by their next try, then who is held. `answer`: what the
 * coordinator last said of the reasons; null: nothing yet. `now` in ms since the epoch.
 */
export function queueRows(fleet: Fleet, answer: QueueAnswer | null, wanted: Wanted, now: number): readonly QueueRow[] {
  const said = new Map(answer?.waiting.map(({ agent_id, reason }) => [agent_id, reason]));
  const waiting = livingAgents(fleet).flatMap((agent) => {
    const kind = kindOf(agent, now);
    if (kind === null) return [];
    return [{ agent, kind, priority: wanted.get(agent.facts.agent_id) ?? agent.facts.priority }];
  });
  const places = { waiting: 0, backoff: 1, held: 2 } as const;
  waiting.sort(
    (a, b) =>
      places[a.kind] - places[b.kind] ||
      (a.kind === 'backoff' ? compare(untilOf(a.agent) ?? '', untilOf(b.agent) ?? '') : a.priority - b.priority) ||
      a.agent.facts.ordinal - b.agent.facts.ordinal,
  );
  return waiting.map(({ agent, kind, priority }, at) => {
    const { facts, life } = agent;
    const reason = reasonOf(agent, kind, said.get(facts.agent_id));
    return {
      agentId: facts.agent_id,
      position: kind === 'waiting' ? at + 1 : null,
      kind,
      path: agentPath(fleet, facts.agent_id),
      runtime: visible(facts.model === null ? facts.runtime : `${facts.runtime} · ${facts.model}`),
      priority,
      since: life.status === 'queued' || life.status === 'backoff' ? life.since : facts.accepted_at,
      reason: visible(reason.replace(/^waiting: /, '').replace(/ \((?:limits\.\w+(?:, )?|intake_paused)+\)/, '')),
      fullReason: visible(reason),
      freedBy:
        kind === 'waiting' ? freedBy(reason) : kind === 'held' ? 'when its branch is resumed' : nextTry(agent, now),
      until: kind === 'held' ? null : kind === 'backoff' ? untilOf(agent) : expiryOf(agent),
    };
  });
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A back-off that is over stands in the queue like everybody else. */
function kindOf({ life }: Agent, now: number): QueueRow['kind'] | null {
  if (life.status !== 'queued' && life.status !== 'backoff') return null;
  if (holdOf(life) !== null) return 'held';
  return life.status === 'backoff' && Date.parse(life.until) > now ? 'backoff' : 'waiting';
}

const untilOf = ({ life }: Agent): string | null => (life.status === 'backoff' ? life.until : null);

/** When it is given up if it still waits then; ISO 8601 UTC; null: never. */
export function expiryOf({ life, facts }: Agent): string | null {
  if (life.status !== 'queued' || facts.timeout === 0) return null;
  return new Date(Date.parse(life.since) + facts.timeout * 1000).toISOString();
}

function reasonOf({ life }: Agent, kind: QueueRow['kind'], said: string | undefined): string {
  if (kind === 'held') {
    const hold = holdOf(life);
    return hold === null ? '' : heldWords(hold);
  }
  const own = life.status === 'queued' || life.status === 'backoff' ? life.reason : '';
  // When the next attempt follows is said beside it, by the clock.
  return kind === 'waiting' ? (said ?? own) : own.replace(/; attempt \d+ follows after [\d.]+ s$/, '');
}

function nextTry(agent: Agent, now: number): string {
  const until = untilOf(agent);
  if (until === null) return '';
  return `next try at ${clockTime(until, now)}, in ${duration((Date.parse(until) - now) / 1000)}`;
}

/** By the setting that the reason names; the coordinator's reasons name the one that binds. */
const freeing: readonly (readonly [setting: string, words: string])[] = [
  ['intake_paused', 'when starts are switched on'],
  ['limits.max_running_per_parent', 'when a sibling ends'],
  ['limits.max_running_per_level', 'when one of them ends'],
  ['limits.max_running_per_runtime', 'when one of them ends'],
  ['limits.reserved_per_level', 'when one of them ends'],
  ['limits.max_running', 'when one of them ends'],
  ['limits.min_free_memory_mb', 'when memory is given back'],
  ['limits.max_starting', 'in a moment'],
  ['limits.starts_per_second', 'in a moment'],
];

/** What ends a waiting for this reason: "when one of them ends". */
export function freedBy(reason: string): string {
  return freeing.find(([setting]) => reason.includes(setting))?.[1] ?? 'when it is its turn';
}
