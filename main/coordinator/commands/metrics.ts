/** metrics: how many there are, how long they take, what they use. */
import { type Agent, statusOf, type Tokens, unknownUsage } from '../../../protocol/agent.ts';
import { agentsInOrder, type Fleet } from '../../../protocol/fleet.ts';
import type { Metrics, Spread } from '../../../protocol/measures.ts';
import { addUsage } from '../../../protocol/usage.ts';
import type { Principal } from '../facade.ts';
import { mayReach } from './rights.ts';

/** All but the groups, which go by the rules of balance and the time. */
export function metrics(fleet: Fleet, by: Principal): Omit<Metrics, 'groups'> {
  const agents = agentsInOrder(fleet).filter(({ facts }) => mayReach(fleet, by, facts.agent_id));
  return {
    total: agents.length,
    by_status: countBy(agents, statusOf),
    by_level: countBy(agents, ({ facts }) => String(facts.level)),
    by_runtime: countBy(agents, ({ facts }) => facts.runtime),
    times: timesOf(agents),
    ...used(agents),
  };
}

function countBy(agents: readonly Agent[], keyOf: (agent: Agent) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const agent of agents) counts.set(keyOf(agent), (counts.get(keyOf(agent)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => a.localeCompare(b)));
}

function timesOf(agents: readonly Agent[]): Metrics['times'] {
  const groups = new Map<string, Agent[]>();
  for (const agent of agents) {
    const key = JSON.stringify([agent.facts.agent_type, agent.facts.model]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [agent]);
    else group.push(agent);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return {
      agent_type: first.facts.agent_type,
      model: first.facts.model,
      agents: group.length,
      execution_seconds: spread(group.flatMap(executionSeconds)),
      queue_seconds: spread(group.flatMap(queueSeconds)),
    };
  });
}

const executionSeconds = ({ life }: Agent): number[] =>
  life.status === 'ended' && life.ending.execution_time_seconds !== null ? [life.ending.execution_time_seconds] : [];

/** Of the first attempt only: when that of a later one began to wait is not the acceptance. */
function queueSeconds({ life, facts }: Agent): number[] {
  if (!('started_at' in life) || life.started_at === null || life.attempt !== 1) return [];
  return [Math.max(0, (Date.parse(life.started_at) - Date.parse(facts.accepted_at)) / 1000)];
}

function spread(seconds: readonly number[]): Spread {
  const sorted = seconds.toSorted((a, b) => a - b);
  const at = (share: number): number | null => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
  const sum = sorted.reduce((total, one) => total + one, 0);
  return {
    count: sorted.length,
    average: sorted.length === 0 ? null : rounded(sum / sorted.length),
    median: at(0.5),
    p95: at(0.95),
  };
}

const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000;

function used(agents: readonly Agent[]): { tokens: Tokens | null; cost_usd: number | null } {
  const { tokens, cost_usd } = agents.reduce((sum, { usage }) => addUsage(sum, usage), unknownUsage);
  return { tokens, cost_usd };
}
