import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import type { Agent } from '../../../protocol/agent.ts';
import { agentRecord } from '../../../protocol/record.ts';
import { historyCsv, historyJson } from '../../../renderer/selectors/history/export.ts';
import {
  columns,
  facetCounts,
  filteredRows,
  historyQuery,
  parseHistory,
  sortedRows,
  withFacet,
  withSort,
} from '../../../renderer/selectors/history/filter.ts';
import { historyRow, historyRows } from '../../../renderer/selectors/history/rows.ts';
import { percentile, summaryOf } from '../../../renderer/selectors/history/summary.ts';
import { accepted, fleetFrom, idOf, neverBegan, now, over, running, usage } from './fleets.ts';

const tokens = { input: 100, output: 20, cache_read: 3, cache_write: 0 };
const missing = { report_problems: [{ code: 'missing' as const, message: 'none', line: null }], report_exists: false };

const fleet = fleetFrom(
  running(1, { name: 'audit', agent_type: 'L2.1', level: 2, model: 'opus', report_required: true }),
  usage(1, { cost_usd: 0.5, tokens }),
  over(1, { execution_time_seconds: 10, memory_mb_peak: 300, cpu_percent_avg: 12.5 }),
  running(2, { name: '=HYPERLINK("x")', runtime: 'demo', model: null, report_required: false }),
  over(2, { status: 'failed', status_reason: 'exit code 3', execution_time_seconds: 20, report_exists: false }),
  running(3, { name: 'third', runtime: 'demo', model: null, report_required: true }),
  over(3, { ...missing, execution_time_seconds: 30, completed_at: '2025-11-09T13:00:00.000Z' }),
  running(4, { name: 'at work' }),
  accepted(5, { name: 'never' }),
  neverBegan(5, 'refused'),
  running(6, { name: 'stopped' }),
  over(6, { status: 'stopped', status_reason: 'stopped by operator', execution_time_seconds: null }),
);
const rows = historyRows(fleet);
const shown = (query: string): string[] => {
  const filter = parseHistory(query);
  return sortedRows(filteredRows(rows, filter, now), filter).map(({ id }) => id.split('_').at(-1) ?? '');
};

describe('the history', () => {
  test('shows what has ended, the last first, and others where it is asked for', () => {
    expect(shown('')).toEqual(['6', '5', '2', '1', '3']);
    expect(shown('all=1')).toEqual(['6', '5', '2', '1', '3', '4']);
  });

  test.each<[string, string[]]>([
    ['status=failed&status=refused', ['5', '2']],
    ['level=2&runtime=claude', ['6', '5', '1']],
    ['runtime=demo', ['2', '3']],
    ['verdict=missing', ['3']],
    ['verdict=none', ['5', '2']],
    ['q=OPUS+audit', ['1']],
    ['q=exit+code', ['2']],
    ['range=1h', ['6', '5', '2', '1']],
    ['reason=failed+%C2%B7+exit+code+3', ['2']],
    ['status=nonsense', []],
    ['range=nonsense&sort=nonsense.asc', ['6', '5', '2', '1', '3']],
  ])('filters: %s', (query, ids) => {
    expect(shown(query)).toEqual(ids);
  });

  test.each<[string, string[]]>([
    ['sort=duration.desc', ['3', '2', '1', '6', '5']],
    ['sort=duration.asc', ['1', '2', '3', '6', '5']],
    ['sort=cost.asc', ['1', '6', '5', '3', '2']],
    ['sort=ended.asc', ['3', '6', '5', '2', '1']],
  ])('sorts, with what is unknown last: %s', (query, ids) => {
    expect(shown(query)).toEqual(ids);
  });

  test('keeps its filter in the address, and every column can be sorted by', () => {
    const query = 'q=a+b&range=7d&all=1&status=failed&status=lost&reason=x%26y&sort=tokens.asc';
    expect(historyQuery(parseHistory(query))).toBe(query);
    expect(historyQuery(parseHistory(''))).toBe('');
    for (const column of columns) {
      const once = withSort(parseHistory('sort=cost.asc'), column);
      expect(parseHistory(historyQuery(once))).toEqual(once);
      expect(sortedRows(rows, once)).toHaveLength(rows.length);
    }
    expect(withSort(parseHistory(''), 'ended').descending).toBe(false);
    expect(withSort(parseHistory(''), 'agent').descending).toBe(false);
    expect(withFacet(parseHistory(''), 'level', ['2']).chosen.level).toEqual(['2']);
  });

  test('sums up what is shown', () => {
    expect(summaryOf(filteredRows(rows, parseHistory(''), now))).toEqual({
      agents: 5,
      success: 0.5,
      judged: 4,
      p50: 20,
      p90: 30,
      p99: 30,
      costUsd: 0.5,
      tokens: 123,
    });
    expect(summaryOf([])).toMatchObject({ agents: 0, success: null, p50: null, costUsd: null });
    expect([0.5, 0.9, 0.99].map((part) => percentile([...Array(100).keys()], part))).toEqual([49, 89, 98]);
    expect(facetCounts(rows, 'reason')).toEqual([
      ['failed · exit code 3', 1],
      ['not started · SPAWN_FAILED: it could not be', 1],
    ]);
  });

  test('an agent that stayed the same has the same row', () => {
    const agent = fleet.agents.get(idOf(1)) as Agent;
    expect(historyRow(agent)).toBe(historyRow(agent));
    expect(historyRows(fleet)).toBe(rows);
  });
});

describe('the export', () => {
  test('has every row that is shown, in its order, with the numbers as they are', () => {
    const { data } = Papa.parse<Record<string, string>>(historyCsv(sortedRows(rows, parseHistory('sort=ended.asc'))), {
      header: true,
      skipEmptyLines: true,
    });
    expect(data).toHaveLength(6);
    expect(data.find(({ agent_id }) => agent_id === idOf(1))).toMatchObject({
      name: 'audit',
      status: 'completed',
      duration_seconds: '10',
      tokens: '123',
      cost_usd: '0.5',
      report_verdict: 'good',
      memory_mb_peak: '300',
      cpu_percent_avg: '12.5',
    });
    expect(JSON.parse(historyJson(rows.slice(0, 1)))).toEqual([agentRecord(fleet.agents.get(idOf(1)) as Agent)]);
  });

  test.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '=cmd|x\nsecond line',
    '\t=1',
    '\r=1',
    ' =1',
    '\uff1d1',
    '"=1"',
    'a,b',
    'plain',
  ])('gives a spreadsheet no formula, and loses nothing: %j', (name) => {
    const made = fleetFrom(running(1, { name }), over(1));
    const { data, errors } = Papa.parse<Record<string, string>>(historyCsv(historyRows(made)), {
      header: true,
      skipEmptyLines: true,
    });
    expect(errors).toEqual([]);
    const cell = data[0]?.['name'] ?? '';
    const isPlain = ['"=1"', 'a,b', 'plain'].includes(name);
    expect(cell).toBe(isPlain ? name : `'${name}`);
  });
});
