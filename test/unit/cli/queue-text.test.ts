import { expect, test } from 'vitest';
import { createPaint } from '../../../main/cli/view/paint.ts';
import { queueText } from '../../../main/cli/view/queue-text.ts';
import type { QueueAnswer } from '../../../protocol/queue.ts';

const now = Date.parse('2025-11-09T14:40:00Z');
const kept =
  'waiting: 2 of 2 slots of level 1 and above are taken; the others are kept for levels below (limits.reserved_per_level)';
const reasons = [
  kept,
  'waiting: 1 of 1 children of agent_20251109_143000_1 run\n\u001b[2J (limits.max_running_per_parent)',
];

const answer = (waiting: number, fields: Partial<QueueAnswer> = {}): QueueAnswer => ({
  intake_paused: false,
  running: 2,
  lent: 2,
  max_running: 4,
  free_memory_mb: 2048,
  min_free_memory_mb: 1024,
  limits: [
    { setting: 'reserved_per_level', of: '1', running: 2, limit: 2 },
    { setting: 'max_running_per_level', of: '2', running: 1, limit: 3 },
    { setting: 'max_running_per_runtime', of: 'claude', running: 1, limit: 3 },
    { setting: 'max_running_per_parent', of: 'agent_20251109_143000_1', running: 20, limit: 20 },
  ],
  total: waiting,
  waiting: Array.from({ length: waiting }, (_, index) => ({
    agent_id: `agent_20251109_143000_${index + 2}`,
    parent_agent: null,
    agent_type: 'L2.1',
    level: 2,
    runtime: 'claude',
    priority: 5,
    position: index + 1,
    reason: reasons[index % 2] ?? '',
    queued_at: '2025-11-09T14:38:00Z',
    expires_at: index === 2 ? null : '2025-11-09T14:52:30Z',
  })),
  ...fields,
});

const text = (of: QueueAnswer, columns: number | null): string =>
  queueText(of, { paint: createPaint(false), now, columns });

test.each([0, 3, 30])(
  'on 80 columns no line is longer with %i that wait, and each reason stands there once',
  (count) => {
    const shown = text(answer(count), 80);
    const lines = shown.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.filter((line) => line.startsWith('('))).toHaveLength(Math.min(2, count));
    expect(lines.filter((line) => /^\d+ +agent_/.test(line))).toHaveLength(count);
    expect(shown).not.toContain('\u001b');
  },
);

test('where there is room, and into a file, a reason stands beside its agent', () => {
  for (const columns of [200, null]) {
    expect(text(answer(1), columns)).toContain(`in 12m30s  ${kept.replace('waiting: ', '')}\n`);
  }
});

test('too little memory and paused starts say what follows; an agent that asks is told no limits', () => {
  const paused = text(answer(0, { intake_paused: true, free_memory_mb: 512, limits: [], lent: 1 }), 80);
  expect(paused.split('\n').slice(0, 3)).toEqual([
    'All starts are paused (ziggie queue --resume).',
    '2 of 4 slots are taken, 1 more is lent by parents that wait. Nobody waits.',
    'Memory: 512 MB free, 1024 MB kept (min_free_memory_mb): nothing is started.',
  ]);
  expect(paused).not.toContain('LIMIT');
  expect(text(answer(0, { free_memory_mb: null }), 80)).toContain('How much memory is free is not known.');
});
