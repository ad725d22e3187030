/** From measurements to what a chart draws: who is told apart, gaps, colours, words. */
import { describe, expect, test } from 'vitest';
import { emptyFleet, type Fleet, fleet } from '../../../protocol/fleet.ts';
import type { UsageHistory } from '../../../protocol/measures.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { unknownUsage } from '../../../protocol/agent.ts';
import { timeTicks } from '../../../renderer/selectors/time-ticks.ts';
import { chartSentence, coloursOf, spentChart, usageChart } from '../../../renderer/selectors/usage-chart.ts';
import { spentGrid } from '../../../renderer/selectors/spent-grid.ts';
import { gridOf } from '../../../renderer/selectors/usage-grid.ts';
import { scopeOf } from '../../../renderer/selectors/usage-groups.ts';
import { budgetTable, spentTable } from '../../../renderer/selectors/usage-table.ts';
import { idOf, running, usage } from './fleets.ts';

const fold = (...events: ZiggieEvent[]): Fleet =>
  events.reduce((state, event, at) => fleet(state, { seq: at + 1, event }), emptyFleet);

/** 1 over 2 and 3, 3 over 4. */
const family = fold(
  ...running(1, { agent_type: 'L1', name: 'Overwatch', level: 1 }),
  ...running(2, { agent_type: 'L2.1', name: 'docs', level: 2, parent_agent: idOf(1) }),
  ...running(3, { agent_type: 'L2.2', name: 'audit', level: 2, parent_agent: idOf(1) }),
  ...running(4, { agent_type: 'L3.2.1', name: 'audit', level: 3, parent_agent: idOf(3) }),
);

const begin = Date.parse('2026-11-25T10:00:00.000Z');
type Column = (number | null)[];
function history(
  agents: Record<string, [first: number, cpu: Column, covered?: number[]]>,
  fields: Partial<UsageHistory> = {},
): UsageHistory {
  return {
    range: '5m',
    from: new Date(begin).toISOString(),
    bucket_seconds: 2,
    buckets: 6,
    watched: [0, 1, 1, 1, 1, 1],
    spent: null,
    spent_by: [],
    agents: Object.entries(agents).map(([agent_id, [first, cpu_percent, covered]]) => ({
      agent_id,
      first,
      cpu_percent,
      memory_mb: cpu_percent,
      ...(covered === undefined ? {} : { covered }),
    })),
    ...fields,
  };
}
const values = (grid: ReturnType<typeof gridOf>) =>
  Object.fromEntries(grid.groups.map(({ label, values: row }) => [label, row]));

describe('who is told apart', () => {
  test('an only branch is opened, and what lies deeper counts to its branch', () => {
    const scope = scopeOf(family, null, 'branch');
    expect([1, 2, 3, 4].map((nth) => scope.groupOf(idOf(nth))?.label)).toEqual([
      'L1 Overwatch itself',
      'L2.1 docs',
      'L2.2 audit',
      'L2.2 audit',
    ]);
    expect(scope.groupOf('agent_20200101_000000_1')?.label).toBe('agents cleared away');
  });

  test('by agent each is its own; of a branch nobody else is shown', () => {
    const scope = scopeOf(family, idOf(3), 'agent');
    expect([1, 2, 3, 4].map((nth) => scope.groupOf(idOf(nth))?.label)).toEqual([
      undefined,
      undefined,
      'L2.2 audit',
      'L3.2.1 audit',
    ]);
    expect(scope.groupOf('agent_20200101_000000_1')).toBeNull();
  });
});

describe('the grid', () => {
  const scope = scopeOf(family, null, 'branch');
  test('adds up branches; a part of a bucket counts as that part of what was watched', () => {
    const coarse = history(
      { [idOf(3)]: [1, [40, 40], [1, 0.25]], [idOf(4)]: [1, [20, null], [0.5, 0]] },
      { range: '1h', bucket_seconds: 20, watched: [0, 1, 0.5, 1, 1, 1] },
    );
    expect(values(gridOf(coarse, [], scope, 'cpu'))).toEqual({ 'L2.2 audit': [null, 50, 20, null, null, null] });
  });

  test('moves on with the looks of the live feed; between two looks holds what the later one says, a silence is a gap', () => {
    const known = history({ [idOf(2)]: [1, [1, 2, 3, 4, 5]] });
    const end = begin + 12_000;
    const look = (ms: number, cpuPercent: number) => ({
      atMs: end + ms,
      agents: new Map([[idOf(2), { cpuPercent, memoryMb: 7 }]]),
    });
    const near = gridOf(known, [look(500, 10), look(4500, 20)], scope, 'cpu');
    expect(near.fromMs).toBe(begin + 6000);
    expect(values(near)).toEqual({ 'L2.1 docs': [3, 4, 5, 10, 20, 20] });
    expect(near.watched).toEqual([1, 1, 1, 1, 1, 1]);
    const far = gridOf(
      { ...known, buckets: 30, watched: Array(30).fill(1) },
      [
        { ...look(500, 10), atMs: begin + 60_500 },
        { ...look(0, 30), atMs: begin + 100_500 },
      ],
      scope,
      'cpu',
    );
    expect(far.watched.slice(-21)).toEqual([1, ...Array(19).fill(0), 1]);
  });

  test('of an agent alone it says what it used while it ran', () => {
    const short = history({ [idOf(2)]: [2, [80], [0.1]] }, { range: '24h', bucket_seconds: 300 });
    expect(values(gridOf(short, [], scope, 'cpu', true))['L2.1 docs']?.[2]).toBe(80);
    expect(values(gridOf(short, [], scope, 'cpu'))['L2.1 docs']?.[2]).toBe(8);
  });
});

describe('the chart', () => {
  const many = fold(...Array.from({ length: 300 }, (_, at) => running(at + 1, { name: `agent ${at + 1}` })).flat());
  const grid = gridOf(
    history(Object.fromEntries(Array.from({ length: 300 }, (_, at) => [idOf(at + 1), [1, [at + 1, at + 1]]]))),
    [],
    scopeOf(many, null, 'agent'),
    'cpu',
  );
  test('of 300 agents tells six apart and says how many the others are; nothing is lost in the sum', () => {
    const chart = usageChart('cpu', grid, coloursOf([grid], new Map()));
    expect(chart.series.map(({ colour }) => colour)).toEqual([0, 1, 2, 3, 4, 5, null]);
    expect(chart.series.at(-1)?.label).toBe('294 others');
    expect(chart.series[0]?.label).toContain('agent 300');
    expect(chart.rows[1]?.total).toBe((300 * 301) / 2);
    expect(chart.rows[0]).toMatchObject({ total: null, s0: null, s6: null }); // Not watched: a gap.
    expect(chart.rows[4]).toMatchObject({ total: 0, s0: 0 }); // Watched, and nobody there.
    expect(chart.peak).toBe(45_150);
  });

  test('who has a colour keeps it while it is among the largest', () => {
    const first = coloursOf([grid], new Map());
    const order = [...first.keys()];
    const without = { ...grid, groups: grid.groups.filter(({ key }) => key !== order[0]) };
    const second = coloursOf([without], first);
    for (const key of order.slice(1)) expect(second.get(key)).toBe(first.get(key));
    expect([...second.values()].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...second].find(([key]) => !order.includes(key))?.[1]).toBe(first.get(order[0] ?? ''));
  });

  test('is said in a sentence, and so is that nothing was measured', () => {
    const of = gridOf(
      history({ [idOf(2)]: [1, [10, 20, 30, 20, 20]], [idOf(3)]: [1, [5, 5, 5, 5, 5]] }),
      [],
      scopeOf(family, null, 'agent'),
      'cpu',
    );
    const chart = usageChart('cpu', of, coloursOf([of], new Map()));
    expect(chartSentence(chart, '5 min', 'all agents')).toBe(
      'CPU of all agents over the last 5 min, in percent of one core: 25 % now, 25 % on average, 35 % at the peak. On average: L2.1 docs 20 %, L2.2 audit 5 %.',
    );
    const none = gridOf(history({}), [], scopeOf(family, null, 'agent'), 'cpu');
    expect(chartSentence(usageChart('cpu', none, new Map()), '1 h', 'all agents')).toBe(
      'CPU of all agents over the last 1 h: nothing measured.',
    );
  });

  test('what was spent adds up over the time, by branch, with gaps; what nobody is known to have spent stands apart', () => {
    const by = (nth: number, at: number[], tokens: number[]) => ({
      agent_id: idOf(nth),
      at,
      tokens,
      cost_usd: tokens.map(() => 0),
    });
    const spent = history(
      {},
      {
        watched: [0, 1, 0, 1, 1, 1],
        spent: { tokens: [0, 10, 2, 5, 0, 3], cost_usd: [0, 0, 0, 0, 0, 0] },
        spent_by: [by(1, [1], [10]), by(3, [2], [2]), by(4, [3], [4])],
      },
    );
    const chartOf = (root: string | null, of: 'tokens' | 'cost_usd') => {
      const grid = spentGrid(spent, scopeOf(family, root, 'branch'), of, root === null);
      return spentChart(of === 'tokens' ? 'tokens' : 'cost', grid, coloursOf([grid], new Map()));
    };
    const all = chartOf(null, 'tokens');
    expect(all.rows.map(({ total }) => total)).toEqual([null, 10, null, 17, 17, 20]);
    expect(chartSentence(all, '5 min', 'all agents')).toBe(
      'Tokens of all agents over the last 5 min: 20. Of it: L1 Overwatch itself 10, L2.2 audit 6, not told apart 4.',
    );
    const branch = chartOf(idOf(3), 'tokens');
    expect(branch.series.map(({ label, average }) => [label, average])).toEqual([
      ['L3.2.1 audit', 4],
      ['L2.2 audit itself', 2],
    ]);
    expect(branch).toMatchObject({ now: 6, average: null, peak: null });
    expect(chartOf(null, 'cost_usd').series).toEqual([]);
  });

  test('has round times on its axis', () => {
    const ticks = timeTicks(begin + 7000, begin + 307_000, 6);
    expect(ticks).toEqual([1, 2, 3, 4, 5].map((minute) => begin + minute * 60_000));
    expect(timeTicks(begin, begin + 24 * 3_600_000, 6).length).toBeLessThanOrEqual(6);
  });
});

describe('what was used up', () => {
  const tokens = (input: number, output = 0) => ({ input, output, cache_read: 0, cache_write: 0 });
  test('stands by kind, for each attempt, and with all below', () => {
    const spenders = fold(
      ...running(1, { level: 1 }),
      usage(1, { tokens: tokens(100, 10), cost_usd: 0.5 }),
      ...running(2, { level: 2, parent_agent: idOf(1) }),
      usage(2, { tokens: tokens(7), cost_usd: null }),
    );
    const agent = spenders.agents.get(idOf(1));
    if (agent === undefined) throw new Error('it was accepted');
    const again = { ...agent, usage_before: { ...unknownUsage, tokens: tokens(60, 10), cost_usd: 0.2 } };
    const table = spentTable(spenders, again);
    expect(table?.columns).toEqual(['This attempt', 'Attempts before', 'In all', 'With 1 below']);
    const texts = table?.rows.map(({ label, cells }) => [label, ...cells.map(({ text }) => text)]);
    expect(texts).toEqual([
      ['Input', '40', '60', '100', '107'],
      ['Output', '0', '10', '10', '10'],
      ['Cache read', '0', '0', '0', '0'],
      ['Cache write', '0', '0', '0', '0'],
      ['Tokens', '40', '70', '110', '117'],
      ['Cost', '$0.30', '$0.20', '$0.50', '$0.50'],
    ]);
    expect(spentTable(family, agent)).not.toBeNull();
    expect(spentTable(family, { ...agent, usage: unknownUsage })).toBeNull();
  });

  test('a budget says who binds it, and only what is limited', () => {
    const none = { cost_usd: null, tokens: null, agents: null, minutes: null };
    const some = { cost_usd: 0.5, tokens: 10, agents: 1, minutes: 1.5 };
    const table = budgetTable(
      {
        limit: { ...none, cost_usd: 2 },
        spent: some,
        reserved: { ...some, cost_usd: 0.25 },
        left: { ...none, cost_usd: 1.25, minutes: 3 },
        bound_by: { ...none, cost_usd: idOf(1), minutes: 'day' },
        on_exceeded: 'refuse',
        exact: false,
      },
      family,
    );
    expect(table.rows.map(({ label, cells }) => [label, ...cells.map(({ text }) => text)])).toEqual([
      ['Cost', '$2.00', '$0.50', '$0.25', '$1.25', 'Overwatch'],
      ['Running time', 'none', '1m 30s', '1m 30s', '3m 00s', 'the day'],
    ]);
  });
});
