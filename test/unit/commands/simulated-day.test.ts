/**
 * A day of 500 agents through a real journal on the disk: what the coordinator says of it, and what is counted here from the
 * lines of the journal, without the reducer, agree to the last digit.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compliance } from '../../../main/coordinator/commands/compliance.ts';
import { metrics } from '../../../main/coordinator/commands/metrics.ts';
import { EventHub } from '../../../main/coordinator/events/hub.ts';
import { Journal } from '../../../main/coordinator/ledger/journal.ts';
import { Ledger } from '../../../main/coordinator/ledger/ledger.ts';
import { restore } from '../../../main/coordinator/ledger/restore.ts';
import { noClaims } from '../../../main/coordinator/reports/claims.ts';
import { treeReport } from '../../../main/coordinator/reports/tree-report.ts';
import type { AgentFacts, Ending, Usage } from '../../../protocol/agent.ts';
import { configSchema } from '../../../protocol/config.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { emptyFleet, type Fleet } from '../../../protocol/fleet.ts';
import { agentRecord } from '../../../protocol/record.ts';
import { simulatedDay } from '../../rig/simulated-day.ts';

/** An agent as its own lines tell of it, first to last. */
interface Told {
  readonly facts: AgentFacts;
  status: string;
  firstStart: number | null;
  lastStart: number | null;
  ending: Ending | null;
  readonly used: Usage[];
}

let logs: string;
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
  // Every third has written nothing, every seventh has no log at all.
  logs = mkdtempSync(join(tmpdir(), 'ziggie-day-logs-'));
  for (const { facts } of told) {
    const path = join(logs, `${facts.agent_id}.log`);
    Object.assign(fleet.agents.get(facts.agent_id)?.facts ?? {}, { log_file: path });
    if (facts.ordinal % 7 !== 0) writeFileSync(path, facts.ordinal % 3 === 0 ? '' : 'said');
  }
});

afterAll(() => rmSync(logs, { recursive: true }));

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
        lastStart: null,
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
        agent.lastStart = Date.parse(event.at);
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

/** null: pending. Absent: it does not concern the agent. */
type Counted = Record<string, number | null>;
const neverBegan = ['refused', 'expired', 'cancelled'];
const round = (value: number): number => Math.round(value * 100) / 100;

function pointsOf({ facts, ending, status }: Told): Counted {
  const balance = balanceOfGroup(facts);
  if (neverBegan.includes(status)) return { ...balance, state: 20 };
  if (ending === null) return { report: null, ...balance, time: null, logging: null, state: null };
  const { report_exists: hasReport, report_problems: problems, execution_time_seconds: seconds } = ending;
  return {
    ...(hasReport || facts.report_required ? { report: hasReport ? (problems.length === 0 ? 20 : 10) : 0 } : {}),
    ...balance,
    time: seconds === null ? 0 : status === 'timed_out' ? 10 : 20,
    logging: facts.ordinal % 7 === 0 ? 0 : facts.ordinal % 3 === 0 ? 10 : 20,
    state: status === 'lost' ? 0 : 20,
  };
}

/** Who was given up while others were still to come has been replaced by them. */
function balanceOfGroup({ parent_agent: parent, group, agent_id }: AgentFacts): Counted {
  if (group === null) return {};
  const all = told.filter(({ facts }) => facts.parent_agent === parent && facts.group?.id === group.id);
  if (all.some(({ status }) => !isOver(status))) return { balance: null };
  const lastCame = Math.max(...all.map(({ facts }) => Date.parse(facts.accepted_at)));
  const did = all.filter(
    ({ status, ending }) => status === 'completed' || (ending !== null && Date.parse(ending.completed_at) > lastCame),
  );
  const weighed = did.flatMap(({ facts }) => facts.estimated_workload ?? []);
  if (weighed.length < 2) return {};
  const own = all.find(({ facts }) => facts.agent_id === agent_id);
  if (own?.facts.estimated_workload === null) return { balance: 0 };
  if (own === undefined || !did.includes(own)) return {};
  const largest = Math.max(...weighed);
  const ratio = largest / Math.min(...weighed);
  const share = largest / weighed.reduce((sum, weight) => sum + weight, 0);
  const part = Math.min(1, 2 / ratio) * (weighed.length < 3 ? 1 : Math.min(1, 0.4 / share));
  return { balance: round(20 * part) };
}
const isOver = (status: string): boolean =>
  ['completed', 'failed', 'stopped', 'timed_out', 'lost', ...neverBegan].includes(status);

const scoreOf = (counted: readonly Counted[]): number | null => {
  const points = counted.flatMap((one) => Object.values(one)).filter((one) => one !== null);
  return points.length === 0 ? null : round((100 * points.reduce((a, b) => a + b, 0)) / (20 * points.length));
};

test('the Protocol v1.2 scores of every agent, of trees, of the day', async () => {
  const operator = { kind: 'operator' } as const;
  const config = configSchema.parse({});
  const ask = async (agent_id: string | null, tree: boolean, day: string | null) => {
    const answer = await compliance(fleet, config, { agent_id, tree, day }, operator);
    if (!answer.ok) throw new Error(answer.failure.message);
    return answer.value;
  };
  const day = await ask(null, false, '2025-11-09');
  expect(day.agents).toHaveLength(500);
  for (const [index, one] of day.agents.entries()) {
    const counted = pointsOf(told[index] as Told);
    const given = Object.entries(one.points).filter(([, { state }]) => state !== 'not_applicable');
    expect(Object.fromEntries(given.map(([name, { points }]) => [name, points])), one.agent_id).toEqual(counted);
    expect(one.score).toBe(scoreOf([counted]));
    expect(one.is_final).toBe(!Object.values(counted).includes(null));
  }
  expect(day.score).toBe(scoreOf(told.map(pointsOf)));
  expect(new Set(day.agents.map(({ score }) => score)).size).toBeGreaterThan(20);
  for (const root of told.filter(({ facts }) => facts.parent_agent === null)) {
    const ids = new Set([root.facts.agent_id]);
    for (const { facts } of told) if (ids.has(facts.parent_agent ?? '')) ids.add(facts.agent_id);
    const tree = await ask(root.facts.agent_id, true, null);
    expect(tree.agents.map(({ agent_id }) => agent_id)).toEqual([...ids]);
    expect(tree.score).toBe(scoreOf(told.filter(({ facts }) => ids.has(facts.agent_id)).map(pointsOf)));
    expect((await ask(root.facts.agent_id, false, null)).agents).toHaveLength(1);
  }
  expect(await ask(null, false, '2025-11-10')).toMatchObject({ score: null, agents: [] });
});

test('the final report of each tree: who is in it, sums, states, and whose report is open', async () => {
  const now = '2025-11-10T12:00:00.000Z';
  const verdicts = new Map(
    told.flatMap(({ facts, ending }) => {
      if (ending === null) return [];
      const verdict = { exists: ending.report_exists, markdown: '', summary: null, claims: noClaims, writtenAt: 0 };
      return [[facts.agent_id, { ...verdict, problems: ending.report_problems }] as const];
    }),
  );
  const tops = told.filter(({ facts }) => facts.parent_agent === null);
  expect(tops.length).toBeGreaterThan(10);
  for (const top of tops) {
    const agentId = top.facts.agent_id;
    const score = await compliance(
      fleet,
      configSchema.parse({}),
      { agent_id: agentId, tree: true, day: null },
      { kind: 'operator' },
    );
    if (!score.ok) throw new Error(score.failure.message);
    const report = treeReport({ fleet, top: agentId, verdicts, now, recordOf: agentRecord, score: score.value });
    const own = inTreeOrder(top);
    expect(report.agents.map(({ agent_id }) => agent_id)).toEqual(own.map(({ facts }) => facts.agent_id));
    const { totals, reports, gate } = report;
    expect(totals.agents).toBe(own.length);
    expect(totals.by_status).toEqual(
      own.reduce<Record<string, number>>((all, { status }) => ({ ...all, [status]: (all[status] ?? 0) + 1 }), {}),
    );
    const costs = own.map(({ used }) => used.flatMap(({ cost_usd }) => cost_usd ?? []));
    const known = costs.filter((one) => one.length > 0);
    const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
    expect(totals.cost_usd).toBe(known.length === 0 ? null : sum(known.map(sum)));
    expect(totals.cost_unknown).toBe(own.length - known.length);
    // To the millisecond: those at work still work until now.
    const worked = own.map(({ ending, status, lastStart }) =>
      ending !== null
        ? (ending.execution_time_seconds ?? 0)
        : ['running', 'stopping'].includes(status)
          ? (Date.parse(now) - (lastStart ?? 0)) / 1000
          : 0,
    );
    expect(totals.execution_seconds).toBeCloseTo(sum(worked), 6);
    const owed = own.filter(({ facts, status }) => facts.report_required && !neverBegan.includes(status));
    const isIn = ({ ending }: Told): boolean => ending?.report_exists === true;
    expect(reports).toEqual({
      required: owed.length,
      in: owed.filter(isIn).length,
      missing: owed.filter((one) => !isIn(one)).length,
      with_problems: owed.filter(({ ending }) => (ending?.report_problems.length ?? 0) > 0).length,
      complete: own.every(isClosed),
    });
    expect(gate.open.map(({ agent_id }) => agent_id)).toEqual(
      own.slice(1).flatMap((one) => (isClosed(one) ? [] : one.facts.agent_id)),
    );
  }
});

const isClosed = ({ facts, status, ending }: Told): boolean =>
  neverBegan.includes(status) ||
  (ending !== null && (!facts.report_required || (ending.report_exists && ending.report_problems.length === 0)));

/** A parent before its children, children by age. */
const inTreeOrder = (top: Told): Told[] => [
  top,
  ...told.filter(({ facts }) => facts.parent_agent === top.facts.agent_id).flatMap(inTreeOrder),
];
