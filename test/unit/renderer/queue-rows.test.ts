import { describe, expect, test } from 'vitest';
import type { QueueAnswer } from '../../../protocol/queue.ts';
import { limitRows } from '../../../renderer/selectors/queue-limits.ts';
import { queueRows } from '../../../renderer/selectors/queue-rows.ts';
import { accepted, began, ended, ending, fleetFrom, idOf, now, outside, running } from './fleets.ts';

const nobody = new Map<string, number>();

const answer = (fields: Partial<QueueAnswer> = {}): QueueAnswer => ({
  intake_paused: false,
  running: 1,
  lent: 0,
  max_running: 1,
  free_memory_mb: 2048,
  min_free_memory_mb: 1024,
  limits: [],
  total: 0,
  waiting: [],
  ...fields,
});

const told = (ordinal: number, reason: string): QueueAnswer['waiting'][number] => ({
  agent_id: idOf(ordinal),
  parent_agent: null,
  agent_type: 'L1',
  level: 1,
  runtime: 'claude',
  priority: 5,
  position: 1,
  reason,
  queued_at: began,
  expires_at: null,
});

/** Its first attempt failed; the next one is due at `until`. */
const restarting = (ordinal: number, until: string) =>
  ({
    type: 'agent_restarting',
    at: ended,
    agent_id: idOf(ordinal),
    attempt: 1,
    ending: { ...ending, status: 'failed' },
    until,
    reason: 'attempt 1 failed (exit 1); attempt 2 follows after 660 s',
    failures: 1,
  }) as const;

const paused = (ordinal: number) =>
  ({ type: 'agent_paused', at: ended, agent_id: idOf(ordinal), by: 'operator', reason: null, ran_seconds: 0 }) as const;

describe('rows of the queue', () => {
  const fleet = fleetFrom(
    running(1),
    accepted(2, { name: 'late', priority: 7 }),
    accepted(3, { name: 'first', priority: 0, timeout: 600 }),
    accepted(4, { timeout: 0 }),
    [...running(5, { name: 'flaky' }), restarting(5, '2025-11-09T14:51:00.000Z')],
    [...running(6), restarting(6, '2025-11-09T14:40:30.000Z')],
    [accepted(7), paused(7)],
  );

  test('the places first, by priority and age; a back-off that is over stands among them; then back-offs, then the held', () => {
    const rows = queueRows(fleet, null, nobody, now);
    expect(rows.map(({ agentId, position, kind }) => [agentId, position, kind])).toEqual([
      [idOf(3), 1, 'waiting'],
      [idOf(4), 2, 'waiting'],
      [idOf(6), 3, 'waiting'],
      [idOf(2), 4, 'waiting'],
      [idOf(5), null, 'backoff'],
      [idOf(7), null, 'held'],
    ]);
    expect(rows[4]?.freedBy).toMatch(/^next try at .*, in 10m 00s$/);
    expect(rows[4]?.reason).toBe('attempt 1 failed (exit 1)');
    expect(rows[5]).toMatchObject({
      reason: 'its branch is paused by operator',
      freedBy: 'when its branch is resumed',
    });
    expect(rows.slice(0, 2).map(({ until }) => until)).toEqual(['2025-11-09T14:40:00.000Z', null]);
  });

  test('the coordinator’s reason of the moment counts, said without its setting, which stands behind it', () => {
    const said = answer({ waiting: [told(3, 'waiting: 1 of 1 agents run (limits.max_running)')] });
    expect(queueRows(fleet, said, nobody, now)[0]).toMatchObject({
      reason: '1 of 1 agents run',
      fullReason: 'waiting: 1 of 1 agents run (limits.max_running)',
      freedBy: 'when one of them ends',
    });
  });

  test.each([
    ['waiting: the operator has paused all starts (intake_paused)', 'when starts are switched on'],
    ['waiting: 1 of 1 children of x run (limits.max_running_per_parent)', 'when a sibling ends'],
    ['waiting: 5 MB of memory are free, 9 are kept (limits.min_free_memory_mb)', 'when memory is given back'],
    [
      'waiting: of the runtime r, 1 of 1 slots of level 1 and above are taken; the others are kept for levels below (limits.max_running_per_runtime, limits.reserved_per_level)',
      'when one of them ends',
    ],
    ['next to start', 'when it is its turn'],
  ])('%s: %s', (reason, words) => {
    const [row] = queueRows(fleet, answer({ waiting: [told(3, reason)] }), nobody, now);
    expect(row?.freedBy).toBe(words);
    expect(row?.reason).not.toMatch(/limits|intake_paused|waiting:/);
  });

  test('what was asked for moves the row before it is confirmed', () => {
    const rows = queueRows(fleet, null, new Map([[idOf(2), 0]]), now);
    expect(rows.slice(0, 2).map(({ agentId, priority }) => [agentId, priority])).toEqual([
      [idOf(2), 0],
      [idOf(3), 0],
    ]);
  });
});

test('limits in words: what is full says so, memory stands against its floor, a parent has its name', () => {
  const limits: QueueAnswer['limits'] = [
    { setting: 'reserved_per_level', of: '1', running: 2, limit: 2 },
    { setting: 'reserved_per_level', of: '2', running: 2, limit: 3 },
    { setting: 'max_running_per_level', of: '2', running: 1, limit: 4 },
    { setting: 'max_running_per_parent', of: 'overwatch_001', running: 20, limit: 20 },
  ];
  const rows = limitRows(answer({ limits, lent: 2, free_memory_mb: 512 }), fleetFrom(outside('overwatch_001')));
  expect(rows.map(({ name, words, part, full }) => [name, words, part, full])).toEqual([
    ['Slots', '1 of 1 taken, 2 lent by parents that wait', 1, true],
    ['Memory', '512.0 MB free, 1.0 GB are kept', null, true],
    ['Level 1 and above', '2 of 2 taken', 1, true],
    ['Level 2', '1 of 4 taken', 0.25, false],
    ['Children of L1 overwatch_001', '20 of 20 taken', 1, true],
  ]);
  const unknown = limitRows(answer({ free_memory_mb: null }), fleetFrom());
  expect(unknown[1]).toMatchObject({ words: 'free memory is not known', full: false });
  const floorless = limitRows(answer({ free_memory_mb: 512, min_free_memory_mb: 0 }), fleetFrom());
  expect(floorless[1]).toMatchObject({ words: '512.0 MB free', full: false });
});
