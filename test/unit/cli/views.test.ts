import { describe, expect, it } from 'vitest';
import { stopText } from '../../../main/cli/commands/stop.ts';
import { formatDuration } from '../../../main/cli/view/duration.ts';
import { fleetTable } from '../../../main/cli/view/fleet-table.ts';
import { createPaint } from '../../../main/cli/view/paint.ts';
import { plain, shorten } from '../../../main/cli/view/plain.ts';
import { recordView } from '../../../main/cli/view/record-view.ts';
import { treeOrder } from '../../../main/cli/view/tree-order.ts';
import { visibleAgents } from '../../../main/cli/view/visible-agents.ts';
import type { AgentRecord } from '../../../protocol/record.ts';
import { agentRecordWith } from '../../rig/agent-record.ts';

const now = Date.parse('2025-11-09T14:31:00.000Z');
const uncoloured = createPaint(false);
const escape = '\u001b';

const id = (ordinal: number): string => `agent_20251109_143000_${ordinal}`;
const agent = (ordinal: number, parent: number | string | null, fields: Partial<AgentRecord> = {}) =>
  agentRecordWith({
    agent_id: id(ordinal),
    parent_agent: typeof parent === 'number' ? id(parent) : parent,
    ...fields,
  });
const ended = (ordinal: number, parent: number | null, minute: number) =>
  agent(ordinal, parent, {
    status: 'completed',
    completed_at: `2025-11-09T14:${String(minute).padStart(2, '0')}:00.000Z`,
  });

describe('the order of the tree', () => {
  const drawn = (records: readonly AgentRecord[]) =>
    treeOrder(records).map((row) => `${row.branch}${row.id.slice(-2)}`);

  it('puts children under their parents, siblings by age, whatever order they came in', () => {
    const records = [agent(4, 2), agent(3, 1), agent(2, 1), agent(1, null), agent(10, 1), agent(5, 3)];
    expect(drawn(records)).toEqual(['_1', '├─ _2', '│  └─ _4', '├─ _3', '│  └─ _5', '└─ 10']);
  });

  it('gives an outside parent a row of its own and puts orphans at the top', () => {
    const records = [agent(1, 'overwatch_001'), agent(2, 'overwatch_001'), agent(3, 77)];
    expect(drawn(records)).toEqual(['01', '├─ _1', '└─ _2', '_3']);
    expect(treeOrder(records)[0]).toMatchObject({ id: 'overwatch_001', record: null });
  });
});

describe('what ls shows unasked', () => {
  it('keeps all that live and the latest of the ended, and counts the rest', () => {
    const records = [ended(1, null, 1), ended(2, null, 9), ended(3, null, 5), agent(4, null)];
    const { shown, hidden } = visibleAgents(records, 1);
    expect(shown.map(({ agent_id }) => agent_id)).toEqual([id(2), id(4)]);
    expect(hidden).toBe(2);
  });

  it('keeps the ended ancestors of what it shows', () => {
    const records = [ended(1, null, 1), ended(2, 1, 2), agent(3, 2), ended(4, null, 3)];
    expect(visibleAgents(records, 0).shown.map(({ agent_id }) => agent_id)).toEqual([id(1), id(2), id(3)]);
  });
});

describe('the table of ls', () => {
  const table = (records: readonly AgentRecord[], columns: number | null = null) =>
    fleetTable(records, { columns, paint: uncoloured, now });

  it('shows one line per agent under a head', () => {
    const running = { status: 'running', status_reason: 'process alive', pid: 42, name: 'scan' } as const;
    const lines = table([agent(1, null, { ...running, started_at: '2025-11-09T14:30:30.000Z' })]).split('\n');
    expect(lines[0]).toMatch(/^ID +TYPE +NAME +STATUS +REASON +RUNTIME +TIME +PID$/);
    expect(lines[1]).toMatch(/^agent_20251109_143000_1 +L2\.1 +scan +running +process alive +claude +30s +42$/);
    expect(lines).toHaveLength(3);
  });

  it('hides the pid of a process that has ended, and flags a report with problems', () => {
    const problem = { code: 'missing', message: 'no report', line: null } as const;
    const over = ended(1, null, 1);
    const text = table([{ ...over, status_reason: 'exit code 0', pid: 42, report_problems: [problem] }]);
    expect(text).toContain('exit code 0 (report: 1 problem)');
    expect(text).not.toContain('42');
  });

  it('cuts long reasons to the width of the terminal, and nothing in a pipe', () => {
    const long = agent(1, null, { status_reason: 'waiting '.repeat(40), name: 'n'.repeat(60) });
    expect(
      Math.max(
        ...table([long], 100)
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(100);
    expect(table([long])).toContain('waiting '.repeat(39));
  });

  it('cuts nothing that there is room for', () => {
    const text = table([agent(1, null, { name: 'sprite scanner of the day', status_reason: 'done' })], 110);
    expect(text).toContain('sprite scanner of the day');
    expect(text).not.toContain('…');
  });

  it('lets no name steer the terminal or break its line', () => {
    const text = table([agent(1, null, { name: `a${escape}[2Jb`, status_reason: 'one\r\ntwo' })]);
    expect(text).not.toContain(escape);
    expect(text).toContain('a?[2Jb');
    expect(text).toContain('one two');
    expect(text.trimEnd().split('\n')).toHaveLength(2);
  });

  it('colours the status only when colours are wanted', () => {
    const failed = agent(1, null, { status: 'failed' });
    expect(fleetTable([failed], { columns: null, paint: createPaint(true), now })).toContain(`${escape}[31mfailed`);
    expect(table([failed])).not.toContain(escape);
  });
});

describe('the view of one agent', () => {
  it('shows every section that has something to say', () => {
    const text = recordView(
      agent(1, 7, {
        status: 'completed',
        status_reason: 'exit code 0',
        completed_at: '2025-11-09T14:30:40.000Z',
        execution_time_seconds: 40,
        exit_code: 0,
        cost_usd: 0.1234,
        tokens: { input: 1, output: 2, cache_read: 3, cache_write: 4 },
        report_problems: [{ code: 'section_missing', message: 'no section "Results"', line: 3 }],
        survivors: [99],
      }),
      uncoloured,
      now,
    );
    for (const part of ['Life', 'Times', 'Usage', 'Report', 'Files']) expect(text).toContain(`\n${part}\n`);
    expect(text).toMatch(/parent +agent_20251109_143000_7\n/);
    expect(text).toMatch(/running time +40s/);
    expect(text).toMatch(/tokens +1 in, 2 out, 3 read from cache, 4 written to it/);
    expect(text).toMatch(/cost +\$0\.1234/);
    expect(text).toMatch(/problem +line 3: no section "Results" \(section_missing\)/);
    expect(text).toMatch(/survivors +still alive: 99/);
  });

  it('leaves out what is unknown', () => {
    const text = recordView(agent(1, null), uncoloured, now);
    expect(text).toMatch(/parent +none \(the operator\)/);
    expect(text).toMatch(/waiting +1m00s/);
    expect(text).not.toMatch(/Usage|exit code|null|undefined/);
  });
});

describe('what stop says', () => {
  const answer = (stopped: AgentRecord[]) => ({ agent_id: id(1), status: 'stopped', stopped });

  it('names each agent with the steps it took, and survivors in red', () => {
    const text = stopText(
      answer([
        agent(1, null, { status: 'stopped', stop_steps: ['SIGTERM', 'SIGKILL'] }),
        agent(2, 1, { status: 'stopped', stop_steps: ['SIGTERM', 'SIGKILL'], survivors: [12, 13] }),
        agent(3, 1, { status: 'cancelled' }),
      ]),
      createPaint(true),
    );
    const lines = text.split('\n');
    expect(lines[0]).toContain('by SIGTERM, then SIGKILL');
    expect(lines[2]).toBe(
      `${escape}[31m${id(2)} left processes that do not end: 12, 13. End them by hand.${escape}[39m`,
    );
    expect(lines[3]).toContain('before it started');
  });

  it('says so when there was nothing to stop', () => {
    expect(stopText(answer([]), uncoloured)).toContain('had ended before');
  });
});

describe('words and numbers', () => {
  it.each([
    [-3, '0s'],
    [0.44, '0.4s'],
    [9.96, '10s'],
    [59.9, '59s'],
    [185, '3m05s'],
    [7620, '2h07m'],
    [442_800, '5d03h'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it('makes the text of others one harmless line', () => {
    expect(plain('a\r\n\tb\u202Ec\u0007\u009b31m')).toBe('a b?c??31m');
    expect(shorten('abcdef', 4)).toBe('abc…');
    expect(shorten('abcd', 4)).toBe('abcd');
  });
});
