import { describe, expect, test } from 'vitest';
import { endingSchema } from '../../../protocol/agent.ts';
import { type RunEvidence, settle } from '../../../main/coordinator/process/settle.ts';

const at = '2025-11-09T14:30:00.000Z';
const exitOf = (code: number | null, signal: string | null = null) => ({ code, signal, endedAt: at });
const good = { isError: false, summary: 'all done' };
const bad = { isError: true, summary: 'the model refused' };
const missing = { exists: false, problems: [{ code: 'missing', message: 'none', line: null }] } as const;
const stop = { reason: 'stop', by: 'operator', maxRuntime: 0 } as const;

const evidence = (fields: Partial<RunEvidence> = {}): RunEvidence => ({
  exit: exitOf(0),
  exitSource: 'exit_event',
  result: null,
  stop: null,
  report: { exists: true, problems: [] },
  reportRequired: true,
  stopSteps: [],
  survivors: [],
  reaped: 0,
  logCut: null,
  endedAt: at,
  executionSeconds: 1.5,
  ...fields,
});

describe('how a run ended', () => {
  test.each([
    ['exit 0', {}, 'completed', /^done$/],
    ['exit 0, a good result', { result: good }, 'completed', /^done$/],
    ['exit 0, a bad result overrules it', { result: bad }, 'failed', /exit 0: the model refused/],
    ['exit 42', { exit: exitOf(42) }, 'failed', /^exit 42$/],
    ['exit 1 after a good result', { exit: exitOf(1), result: good }, 'failed', /exit 1, after it reported: all done/],
    ['a signal', { exit: exitOf(137, 'SIGKILL') }, 'failed', /^ended by SIGKILL$/],
    ['the launcher killed', { exit: exitOf(null, 'SIGKILL') }, 'failed', /^ended by SIGKILL$/],
    ['nothing known', { exit: null, report: missing }, 'lost', /vanished/],
    ['only a valid report', { exit: null }, 'completed', /^done by its report, no exit was seen$/],
    ['only a log that was cut', { logCut: { keptBytes: 1048576, cutBytes: 9 } }, 'completed', /^done, log cut to 1 MB/],
    [
      'over the log limit',
      { stop: { ...stop, reason: 'log_limit', detail: 'too long' }, stopSteps: ['SIGKILL'] },
      'failed',
      /^log_limit: too long, ended by SIGKILL$/,
    ],
    ['only a good result', { exit: null, result: good }, 'completed', /^done by its result line, no exit was seen$/],
    ['only a bad result', { exit: null, result: bad }, 'failed', /no exit was seen: the model refused/],
    ['stopped', { stop, stopSteps: ['SIGTERM'], exit: exitOf(143, 'SIGTERM') }, 'stopped', /operator \(by SIGTERM\)/],
    ['stopped, and no exit seen', { stop, exit: null }, 'stopped', /it had ended by then/],
    [
      'over its time',
      { stop: { ...stop, reason: 'timeout', maxRuntime: 60 }, stopSteps: ['SIGTERM', 'SIGKILL'] },
      'timed_out',
      /over 60 s \(max_runtime\), ended by SIGTERM, SIGKILL/,
    ],
    ['shut down', { stop: { ...stop, reason: 'shutdown' } }, 'stopped', /operator/],
    ['no report', { report: missing }, 'completed', /report: 1 problem$/],
    ['no report, and none needed', { report: missing, reportRequired: false }, 'completed', /^done$/],
  ] as const)('%s', (_, fields, status, reason) => {
    const ending = endingSchema.parse(settle(evidence(fields)));
    expect(ending.status).toBe(status);
    expect(ending.status_reason).toMatch(reason);
  });
});

test('says what backs it', () => {
  expect(settle(evidence()).source).toBe('exit_event');
  expect(settle(evidence({ exitSource: 'exit_record' })).source).toBe('exit_record');
  expect(settle(evidence({ exit: null, result: good })).source).toBe('result_line');
  expect(settle(evidence({ exit: null })).source).toBe('report');
  expect(settle(evidence({ exit: null, report: missing })).source).toBe('none');
});

test('keeps code, time, steps, survivors and report problems, and makes up nothing', () => {
  expect(settle(evidence({ exit: exitOf(9), stopSteps: ['SIGINT'], survivors: [5], report: missing }))).toMatchObject({
    exit_code: 9,
    signal: null,
    completed_at: at,
    execution_time_seconds: 1.5,
    report_exists: false,
    report_problems: [{ code: 'missing' }],
    stop_steps: ['SIGINT'],
    survivors: [5],
  });
  expect(settle(evidence({ exit: null, endedAt: '2026-01-01T00:00:00.000Z', executionSeconds: null }))).toMatchObject({
    exit_code: null,
    signal: null,
    completed_at: '2026-01-01T00:00:00.000Z',
    execution_time_seconds: null,
  });
});
