import { describe, expect, test } from 'vitest';
import type { Agent, Ending, ReportProblem } from '../../../protocol/agent.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import { bucketOf, rollUp } from '../../../renderer/selectors/roll-up.ts';
import { calm, evidenceWords, reportState, statusWords } from '../../../renderer/selectors/status-language.ts';
import { runTime } from '../../../renderer/selectors/row-cells.ts';
import {
  accepted,
  endedAs,
  fleetFrom,
  idOf,
  neverBegan,
  now,
  over,
  running,
  starting,
  stopping,
  usage,
} from './fleets.ts';

function first(fleet: Fleet): Agent {
  const agent = fleet.agents.get(idOf(1));
  if (agent === undefined) throw new Error('The fleet has no first agent.');
  return agent;
}
const words = (fleet: Fleet, context = calm) => statusWords(first(fleet), context);
const missing: ReportProblem = { code: 'missing', message: 'There is no report.', line: null };
const empty: ReportProblem = { code: 'section_empty', message: 'Issues is empty.', line: 4 };

describe('statusWords', () => {
  test('waiting says why, and the place in the queue', () => {
    const waiting = fleetFrom(accepted(1), { type: 'agent_waiting', at: '', agent_id: idOf(1), reason: '100 run' });
    expect(words(waiting, { ...calm, queuePosition: 2 })).toEqual({
      shape: 'ring',
      tone: 'neutral',
      word: 'waiting',
      detail: '100 run · place 2 in the queue',
    });
  });

  test('one that only waits for its turn is not given a place', () => {
    expect(words(fleetFrom(accepted(1)), { ...calm, queuePosition: 1 }).detail).toBe('next to start');
  });

  test('starting, running and stopping', () => {
    expect(words(fleetFrom(accepted(1), starting(1)))).toMatchObject({ shape: 'half', word: 'starting', detail: null });
    const busy = fleetFrom(running(1), usage(1, { activity: 'tool: Bash' }));
    expect(words(busy)).toMatchObject({ shape: 'disc', tone: 'good', word: 'running', detail: 'tool: Bash' });
    expect(words(fleetFrom(running(1), stopping(1)))).toMatchObject({ word: 'stopping', detail: 'by operator' });
  });

  test('one that asks needs a person: it says what for, and how much more', () => {
    const busy = first(fleetFrom(running(1), usage(1, { activity: 'tool: Bash' })));
    const asked = (tool: string) => ({ approval_id: tool, tool, since: now.toString() });
    expect(statusWords({ ...busy, asking: [asked('Bash')] }, calm)).toEqual({
      shape: 'triangle',
      tone: 'warning',
      word: 'asks',
      detail: 'approval of Bash',
    });
    const more = statusWords({ ...busy, asking: [asked('Write\u202e'), asked('Bash'), asked('Read')] }, calm);
    expect(more.detail).toBe('approval of Write⟨U+202E⟩ and 2 more');
  });

  test('paused and held say by whom, and why', () => {
    const pause = {
      type: 'agent_paused',
      at: '2025-11-09T14:31:00.000Z',
      agent_id: idOf(1),
      by: 'operator',
      reason: 'lunch',
      ran_seconds: 60,
    } as const;
    const paused = fleetFrom(running(1), pause);
    expect(words(paused)).toMatchObject({ shape: 'bars', word: 'paused', detail: 'by operator: lunch' });
    expect(runTime(first(paused), now)).toBe('1m 00s');
    const held = words(fleetFrom(accepted(1), pause));
    expect(held).toMatchObject({ word: 'held', detail: 'waiting: its branch is paused by operator: lunch' });
    expect(bucketOf(first(paused))).toBe('running');
  });

  const ends: [string, Partial<Ending>, ReturnType<typeof words>][] = [
    ['done', {}, { shape: 'check', tone: 'good', word: 'done', detail: null }],
    [
      'done without report',
      { report_exists: false, report_problems: [missing] },
      { shape: 'triangle', tone: 'warning', word: 'done', detail: 'no report' },
    ],
    [
      'done with a bad report',
      { report_problems: [empty, empty] },
      { shape: 'check-dot', tone: 'warning', word: 'done', detail: 'report: 2 problems' },
    ],
    [
      'failed',
      { status: 'failed', status_reason: 'exit 1' },
      { shape: 'cross', tone: 'bad', word: 'failed', detail: 'exit 1' },
    ],
    ['lost', { status: 'lost' }, { shape: 'question', tone: 'bad', word: 'lost', detail: 'vanished, no exit seen' }],
    ['timed out', { status: 'timed_out' }, { shape: 'clock', tone: 'bad', word: 'timed out', detail: 'over 30m 00s' }],
    [
      'stopped',
      { status: 'stopped', status_reason: 'stopped by operator' },
      { shape: 'square', tone: 'neutral', word: 'stopped', detail: 'stopped by operator' },
    ],
    [
      'stopped, with processes left',
      { status: 'stopped', survivors: [12] },
      { shape: 'triangle', tone: 'warning', word: 'stopped', detail: '1 process left' },
    ],
  ];
  test.each(ends)('%s', (_, fields, expected) => {
    expect(words(endedAs(fields, { max_runtime: 1800 }))).toEqual(expected);
  });

  test('what never began says how', () => {
    const never = (as: 'refused' | 'expired' | 'cancelled') => words(fleetFrom(accepted(1), neverBegan(1, as)));
    expect(never('refused')).toMatchObject({
      tone: 'bad',
      word: 'not started',
      detail: 'SPAWN_FAILED: it could not be',
    });
    expect(never('expired')).toMatchObject({ tone: 'neutral', word: 'expired' });
    expect(never('cancelled')).toMatchObject({ tone: 'neutral', word: 'cancelled' });
  });

  test('without a connection a living agent is only last seen so, an ended one has ended', () => {
    const unheard = { ...calm, unheardSeconds: 40 };
    expect(words(fleetFrom(running(1)), unheard)).toEqual({
      shape: 'dashed',
      tone: 'neutral',
      word: 'running',
      detail: 'last seen 40 s ago',
    });
    expect(words(endedAs({}), unheard)).toEqual(words(endedAs({})));
  });

  test('words from outside cannot turn the text around them', () => {
    expect(words(endedAs({ status: 'failed', status_reason: 'a\u202Eb\u001b[31m' })).detail).toBe('a⟨U+202E⟩b⟨^[⟩[31m');
  });
});

describe('reportState', () => {
  test('is due while it runs, and said afterwards', () => {
    expect(reportState(first(fleetFrom(running(1))))).toEqual({ kind: 'due', text: 'due' });
    expect(reportState(first(fleetFrom(running(1, { report_required: false })))).kind).toBe('none');
    expect(reportState(first(fleetFrom(accepted(1)))).kind).toBe('none');
    expect(reportState(first(endedAs({}))).kind).toBe('in');
    expect(reportState(first(endedAs({ report_problems: [missing] }))).kind).toBe('missing');
    expect(reportState(first(endedAs({ report_problems: [empty] })))).toEqual({ kind: 'problems', text: '1 problem' });
    expect(reportState(first(endedAs({ report_exists: false }, { report_required: false }))).kind).toBe('not-required');
  });
});

describe('the five counts', () => {
  test('what went wrong needs a person; what was stopped on purpose does not', () => {
    expect(bucketOf(first(endedAs({ status: 'failed' })))).toBe('attention');
    expect(bucketOf(first(endedAs({ status: 'lost' })))).toBe('attention');
    expect(bucketOf(first(endedAs({ report_problems: [missing] })))).toBe('attention');
    expect(bucketOf(first(endedAs({ status: 'stopped', survivors: [1] })))).toBe('attention');
    expect(bucketOf(first(endedAs({ status: 'stopped', report_problems: [missing] })))).toBe('stopped');
    expect(bucketOf(first(fleetFrom(accepted(1), neverBegan(1, 'refused'))))).toBe('attention');
    expect(bucketOf(first(fleetFrom(accepted(1), neverBegan(1, 'cancelled'))))).toBe('stopped');
  });

  test('add up to all agents', () => {
    const fleet = fleetFrom(accepted(1), running(2), running(3), over(3), running(4), over(4, { status: 'failed' }));
    expect(rollUp(fleet.agents.values())).toEqual({
      agents: 4,
      running: 1,
      queued: 1,
      attention: 1,
      done: 1,
      stopped: 0,
    });
  });
});

test('evidence is named with its age', () => {
  expect(evidenceWords(first(fleetFrom(running(1))), '3 s ago')).toBe('process started 3 s ago, no exit seen');
  expect(evidenceWords(first(endedAs({})), '3 s ago')).toBe('exit seen by the coordinator 3 s ago');
  expect(evidenceWords(first(endedAs({ source: 'exit_record' })), null)).toBe('exit record of the launcher');
});
