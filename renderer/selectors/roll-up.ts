/** Counts over a set of agents. Every agent is in exactly one of the five, so they add up to `agents`. */
import type { Agent } from '../../protocol/agent.ts';
import { needsAttention } from './status-language.ts';

export interface RollUp {
  readonly agents: number;
  /** It has, or is about to have, a process. */
  readonly running: number;
  readonly queued: number;
  /** Ended in a way a person should look at. */
  readonly attention: number;
  /** Ended well. */
  readonly done: number;
  /** Ended before its work was done, as somebody wanted: stopped, cancelled, expired. */
  readonly stopped: number;
}

export const noAgents: RollUp = { agents: 0, running: 0, queued: 0, attention: 0, done: 0, stopped: 0 };

/** Which of the five an agent is in. */
export function bucketOf(agent: Agent): Exclude<keyof RollUp, 'agents'> {
  const { life } = agent;
  if (life.status === 'queued' || life.status === 'backoff') return 'queued';
  if (life.status !== 'ended' && life.status !== 'never_began') return 'running';
  if (needsAttention(agent)) return 'attention';
  return life.status === 'ended' && life.ending.status === 'completed' ? 'done' : 'stopped';
}

export function rollUp(agents: Iterable<Agent>): RollUp {
  const sum = { ...noAgents };
  for (const agent of agents) {
    sum.agents += 1;
    sum[bucketOf(agent)] += 1;
  }
  return sum;
}

export function add(a: RollUp, b: RollUp): RollUp {
  return {
    agents: a.agents + b.agents,
    running: a.running + b.running,
    queued: a.queued + b.queued,
    attention: a.attention + b.attention,
    done: a.done + b.done,
    stopped: a.stopped + b.stopped,
  };
}
