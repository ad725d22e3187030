/**
 * A day of 500 agents through a real journal on the disk: what the coordinator says of it, and what is counted here from the
 * lines of the journal, without the reducer, agree to the last digit.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { metrics } from '../../../main/coordinator/commands/metrics.ts';
import { EventHub } from '../../../main/coordinator/events/hub.ts';
import { Journal } from '../../../main/coordinator/ledger/journal.ts';
import { Ledger } from '../../../main/coordinator/ledger/ledger.ts';
import { restore } from '../../../main/coordinator/ledger/restore.ts';
import type { AgentFacts, Ending, Usage } from '../../../protocol/agent.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { emptyFleet, type Fleet } from '../../../protocol/fleet.ts';
import { simulatedDay } from '../../rig/simulated-day.ts';

/** An agent as its own lines tell of it, first to last. */
interface Told {
  readonly facts: AgentFacts;
  status: string;
  firstStart: number | null;
  ending: Ending | null;
  readonly used: Usage[];
}

let fleet: Fleet;
let told: Told[];

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ziggie-day-'));
  const journal = Journal.open(folder, 1);
  const ledger = new Ledger(emptyFleet, journal, new EventHub(() => undefined));
  const day = simulatedDay('a day');
  for (let at = 0; at < day.length; at += 100) await ledger.commit(day.slice(at, at + 100));
  await journal.close();
  ({ fleet } = restore(folder, emptyFleet));
  told = tell(folder);
  rmSync(folder, { recursive: true });
});

function tell(folder: string): Told[] {
  const agents = new Map<string, Told>();
  const lines = readdirSync(folder)
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'));
  for (const line of lines) {
    const event = eventIn(line);
    if (event.type === 'agent_accepted') {
      agents.set(event.facts.agent_id, {
        facts: event.facts,
        status: 'queued',
        firstStart: null,
        ending: null,
        used: [],
      });
      continue;
    }
    const agent = 'agent_id' in event ? agents.get(event.agent_id) : undefined;
    if (agent === undefined) throw new Error(`unexpected: ${line}`);
    switch (event.type) {
      case 'agent_starting':
        agent.status = 'starting';
        agent.used.push({ session_id: null, tokens: null, cost_usd: null, activity: null });
        break;
      case 'agent_started':
        agent.status = 'running';
        agent.firstStart ??= Date.parse(event.at);
        break;
      case 'agent_usage':
        agent.used[agent.used.length - 1] = event.usage;
        break;
      case 'agent_restarting':
        agent.status = 'backoff';
        break;
      case 'agent_stopping':
        agent.status = 'stopping';
        break;
      case 'agent_ended':
        agent.status = event.ending.status;
        agent.ending = event.ending;
        break;
      case 'agent_never_began':
        agent.status = event.as;
        break;
      default:
    }
  }
  return [...agents.values()].sort((a, b) => a.facts.ordinal - b.facts.ordinal);
}

/** A line is its place, a checksum and the event: what is JSON in it begins at the first brace. */
const eventIn = (line: string): ZiggieEvent => {
  const parsed = JSON.parse(line.slice(line.indexOf('{'))) as { event?: ZiggieEvent } & ZiggieEvent;
  return parsed.event ?? parsed;
};

const countBy = (key: (one: Told) => string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const one of told) counts[key(one)] = (counts[key(one)] ?? 0) + 1;
  return counts;
};

test('the day is a full one: every end, every level, attempts, and some who are still at work', () => {
  expect(told).toHaveLength(500);
  const statuses = countBy(({ status }) => status);
  for (const status of [
    'completed',
    'failed',
    'stopped',
    'timed_out',
    'lost',
    'refused',
    'expired',
    'cancelled',
    'running',
  ]) {
    expect(statuses[status], status).toBeGreaterThan(2);
  }
  expect(Object.keys(countBy(({ facts }) => String(facts.level)))).toEqual(['1', '2', '3']);
});

test('how many there are, by status, level and runtime', () => {
  const { total, by_status, by_level, by_runtime } = metrics(fleet, { kind: 'operator' });
  expect(total).toBe(500);
  expect(by_status).toEqual(countBy(({ status }) => status));
  expect(by_level).toEqual(countBy(({ facts }) => String(facts.level)));
  expect(by_runtime).toEqual(countBy(({ facts }) => facts.runtime));
});

test('the times of each type and model', () => {
  const { times } = metrics(fleet, { kind: 'operator' });
  const kinds = new Set(told.map(({ facts }) => JSON.stringify([facts.agent_type, facts.model])));
  expect(times).toHaveLength(kinds.size);
  for (const { agent_type, model, agents, execution_seconds, queue_seconds } of times) {
    const own = told.filter(({ facts }) => facts.agent_type === agent_type && facts.model === model);
    expect(agents).toBe(own.length);
    expect(execution_seconds).toEqual(spread(own.flatMap(({ ending }) => ending?.execution_time_seconds ?? [])));
    // Of those whose present attempt is the first: when a later one began to wait is not told by its acceptance.
    const first = own.filter(({ used, status }) => used.length === 1 && status !== 'starting');
    const waited = first.map(({ firstStart, facts }) => ((firstStart ?? 0) - Date.parse(facts.accepted_at)) / 1000);
    expect(queue_seconds).toEqual(spread(waited));
  }
});

test('tokens and cost: of all attempts, to the last digit', () => {
  const { tokens, cost_usd } = metrics(fleet, { kind: 'operator' });
  const sum = (of: (usage: Usage) => number | null): number =>
    told.reduce((total, { used }) => total + used.reduce((own, usage) => own + (of(usage) ?? 0), 0), 0);
  expect(cost_usd).toBe(sum((usage) => usage.cost_usd));
  expect(tokens).toEqual({
    input: sum((usage) => usage.tokens?.input ?? 0),
    output: sum((usage) => usage.tokens?.output ?? 0),
    cache_read: sum((usage) => usage.tokens?.cache_read ?? 0),
    cache_write: sum((usage) => usage.tokens?.cache_write ?? 0),
  });
});

function spread(seconds: readonly number[]) {
  if (seconds.length === 0) return { count: 0, average: null, median: null, p95: null };
  const sorted = [...seconds].sort((a, b) => a - b);
  const nearest = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
  const mean = sorted.reduce((a, b) => a + b) / sorted.length;
  return { count: sorted.length, average: Math.round(mean * 1000) / 1000, median: nearest(0.5), p95: nearest(0.95) };
}
