import { describe, expect, test } from 'vitest';
import { type Agent, type Ending, type Life, unknownUsage } from '../../../protocol/agent.ts';
import { agentCompliance, togetherOf } from '../../../protocol/compliance.ts';
import { emptyFleet, type Fleet } from '../../../protocol/fleet.ts';
import { persistentMap } from '../../../protocol/persistent-map.ts';
import { agentRecord } from '../../../protocol/record.ts';
import { treeReportSchema } from '../../../protocol/tree-report.ts';
import { noClaims } from '../../../main/coordinator/reports/claims.ts';
import type { ReportVerdict } from '../../../main/coordinator/reports/gate.ts';
import { treeReport } from '../../../main/coordinator/reports/tree-report.ts';
import { agentFacts } from '../../rig/agent-facts.ts';

const at = (seconds: number): string => new Date(Date.parse('2025-11-09T14:30:00Z') + seconds * 1000).toISOString();
const now = at(100);
const ending = (fields: Partial<Ending> = {}): Ending => ({
  status: 'completed',
  status_reason: 'done',
  source: 'exit_event',
  exit_code: 0,
  signal: null,
  completed_at: at(60),
  execution_time_seconds: 50,
  report_exists: true,
  report_problems: [],
  stop_steps: [],
  survivors: [],
  reaped: 0,
  ...fields,
});
const ended = (fields: Partial<Ending> = {}): Life => ({
  status: 'ended',
  ending: ending(fields),
  attempt: 1,
  pid: 5,
  started_at: at(10),
});
const running: Life = {
  status: 'running',
  attempt: 1,
  nonce: 'n',
  token_sha256: 't',
  identity: { pid: 5, start_time: null, boot_id: null },
  started_at: at(10),
};
const refused: Life = {
  status: 'never_began',
  as: 'refused',
  at: at(1),
  failure: { code: 'SPAWN_FAILED', message: 'no', details: {} },
};

interface Given {
  readonly life?: Life;
  readonly children?: readonly string[];
  readonly facts?: Parameters<typeof agentFacts>[0];
  readonly usage?: Partial<Agent['usage']>;
}

/** The first is the top; every other names its parent by being one of its children. */
function fleetOf(given: Readonly<Record<string, Given>>): Fleet {
  const parentOf = (id: string): string | null =>
    Object.entries(given).find(([, { children }]) => children?.includes(id))?.[0] ?? null;
  const agents = Object.entries(given).map(([id, { life, children, facts, usage }], index): [string, Agent] => [
    id,
    {
      facts: agentFacts({
        agent_id: id,
        ordinal: index + 1,
        parent_agent: parentOf(id),
        accepted_at: at(0),
        completion_report: `/r/${id}.md`,
        ...facts,
      }),
      life: life ?? ended(),
      usage: { ...unknownUsage, ...usage },
      usage_before: unknownUsage,
      failures: 0,
      children: [...(children ?? [])],
    },
  ]);
  return { ...emptyFleet, agents: persistentMap(agents) };
}

const good: ReportVerdict = {
  exists: true,
  markdown: '',
  summary: 'All fine.',
  claims: noClaims,
  writtenAt: 0,
  problems: [],
};
const none: ReportVerdict = {
  ...good,
  exists: false,
  summary: null,
  problems: [{ code: 'missing', message: 'm', line: null }],
};
const bad: ReportVerdict = { ...good, problems: [{ code: 'section_empty', message: 'Say more.', line: 7 }] };

const reportOf = (given: Readonly<Record<string, Given>>, verdicts: Readonly<Record<string, ReportVerdict>> = {}) => {
  const fleet = fleetOf(given);
  const all = new Map([...fleet.agents.keys()].map((id) => [id, verdicts[id] ?? good]));
  const facts = { fleet, rules: { max_share: 0.4, max_ratio: 2 }, logBytes: () => 10 };
  const score = togetherOf([...fleet.agents.values()].map((agent) => agentCompliance(agent, facts)));
  return treeReportSchema.parse(treeReport({ fleet, top: 'top', verdicts: all, now, recordOf: agentRecord, score }));
};

describe('the gate of a tree', () => {
  const tree = { top: { children: ['a', 'b'] }, a: { children: ['c'] }, b: {}, c: {} };

  test('is closed when all have ended and every report is in', () => {
    const { gate, reports, compliance, markdown } = reportOf(tree);
    expect(gate).toEqual({ complete: true, open: [] });
    expect(reports).toEqual({ required: 4, in: 4, missing: 0, with_problems: 0, complete: true });
    expect(markdown).toContain('**Complete.** All 4 agents have ended; all 4 required reports are in');
    const [, score] = /## Protocol v1\.2\n\n\*\*(\S+) of 100\*\*\./.exec(markdown) ?? [];
    expect(Number(score)).toBe(compliance.score);
    expect(markdown).toContain(`- report: ${compliance.points.report.points} of 80, `);
  });

  test.each<[string, Record<string, Given>, Record<string, ReportVerdict>, string, object]>([
    ['a grandchild runs', { c: { life: running } }, {}, 'has not ended: running', { missing: 1, in: 3 }],
    ['a report is missing', {}, { c: none }, 'completed without its report', { missing: 1, in: 3 }],
    ['a report has a problem', {}, { c: bad }, 'its report has a problem', { with_problems: 1, in: 4 }],
  ])('is open while %s', (_, agents, verdicts, why, counts) => {
    const { gate, reports, markdown } = reportOf({ ...tree, ...agents }, verdicts);
    expect(gate).toEqual({ complete: false, open: [{ agent_id: 'c', name: null, why }] });
    expect(reports).toMatchObject({ complete: false, required: 4, ...counts });
    expect(markdown).toContain('**Not complete.** 1 agent below the top is still open');
  });

  test('does not ask of the top what the top asks of those below; the roll-up does', () => {
    const { gate, reports, markdown } = reportOf({ ...tree, top: { ...tree.top, life: running } });
    expect(gate.complete).toBe(true);
    expect(reports).toMatchObject({ complete: false, missing: 1 });
    expect(markdown).toContain('it alone is open: it has not ended: running');
  });

  test('asks no report of who owes none or never began', () => {
    const { gate, reports, agents } = reportOf(
      { ...tree, b: { facts: { report_required: false } }, c: { life: refused } },
      { b: none, c: none },
    );
    expect(gate.complete).toBe(true);
    expect(reports).toMatchObject({ required: 2, in: 2, complete: true });
    expect(agents.map(({ report }) => report.state)).toEqual(['in', 'in', 'never_began', 'not_required']);
  });

  test('is closed over an honest failure, and the verdict says that it was one', () => {
    const { reports, markdown } = reportOf({
      ...tree,
      b: { life: ended({ status: 'failed', status_reason: 'exit 3' }) },
    });
    expect(reports.complete).toBe(true);
    expect(markdown).toContain('**But 1 agent did not complete the task;**');
  });
});

test('the rows are the tree in order, with times, and the totals are their sums', () => {
  const tokens = { input: 10, output: 2, cache_read: 5, cache_write: 1 };
  const { agents, totals } = reportOf({
    top: { children: ['a', 'b'], life: running },
    a: { children: ['c'], usage: { tokens, cost_usd: 0.25 } },
    b: { usage: { tokens, cost_usd: 0.5 } },
    c: { life: ended({ execution_time_seconds: 7.5, unproven: true }) },
  });
  expect(agents.map(({ agent_id, depth }) => [agent_id, depth])).toEqual([
    ['top', 0],
    ['a', 1],
    ['c', 2],
    ['b', 1],
  ]);
  expect(agents.map(({ execution_seconds, queue_seconds }) => [execution_seconds, queue_seconds])).toEqual([
    [90, 10],
    [50, 10],
    [7.5, 10],
    [50, 10],
  ]);
  expect(agents.map(({ unproven }) => unproven)).toEqual([false, false, true, false]);
  expect(totals).toEqual({
    agents: 4,
    ended: 3,
    by_status: { completed: 3, running: 1 },
    elapsed_seconds: 100,
    queue_seconds: 40,
    execution_seconds: 197.5,
    tokens: { input: 20, output: 4, cache_read: 10, cache_write: 2 },
    cost_usd: 0.75,
    cost_unknown: 2,
  });
});

test('what an agent wrote makes no heading, cell, link or HTML of its own', () => {
  const { markdown } = reportOf(
    { top: { facts: { name: '# Boss | <img src=x>\n## Fake' } } },
    { top: { ...good, summary: '[click](javascript:x) ![i](y) `code` **Complete.**' } },
  );
  expect(markdown).not.toMatch(/^## Fake/m);
  expect(markdown).not.toMatch(/(?<!\\)<img/);
  expect(markdown).not.toMatch(/(?<!\\)\[click/);
  expect(markdown).toContain('\\*\\*Complete.\\*\\*');
});
