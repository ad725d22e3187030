import { describe, expect, test } from 'vitest';
import { nextStep } from '../../../main/coordinator/admission/restart-policy.ts';
import { type Agent, type Ending, restartPolicySchema, unknownUsage } from '../../../protocol/agent.ts';
import { agentFacts } from '../../rig/agent-facts.ts';

const at = '2025-11-09T14:30:00.000Z';
const onFailure = restartPolicySchema.parse({ policy: 'on_failure' });

const failed = (fields: Partial<Ending> = {}): Ending => ({
  status: 'failed',
  status_reason: 'exit 1',
  source: 'exit_event',
  exit_code: 1,
  signal: null,
  completed_at: at,
  execution_time_seconds: 0.01,
  report_exists: false,
  report_problems: [],
  stop_steps: [],
  survivors: [],
  reaped: 0,
  ...fields,
});

function running(failures = 0, restart: Agent['facts']['restart'] = onFailure): Agent {
  const identity = { pid: 7, start_time: '1', boot_id: 'boot' };
  const attempt = failures + 1;
  return {
    facts: agentFacts({ restart }),
    life: { status: 'running', attempt, nonce: 'n', token_sha256: 'h', identity, started_at: at },
    usage: unknownUsage,
    usage_before: unknownUsage,
    failures,
    children: [],
  };
}

describe('an agent that fails', () => {
  test('is restarted after 1, 2, 4 and 8 seconds, and then given up as a crash loop', () => {
    const steps = [0, 1, 2, 3].map((failures) => nextStep(running(failures), failed()));
    expect(steps.map((step) => step.is === 'restart' && [step.afterSeconds, step.failures])).toEqual([
      [1, 1],
      [2, 2],
      [4, 3],
      [8, 4],
    ]);
    const last = nextStep(running(4), failed());
    expect(last).toMatchObject({ is: 'end', ending: { status: 'failed', exit_code: 1 } });
    expect(last.is === 'end' && last.ending.status_reason).toMatch(/^crash_loop: it failed 5 times .* exit 1$/);
  });

  test('never waits longer than the longest back-off', () => {
    const restart = { ...onFailure, max_restarts: 100 };
    expect(nextStep(running(20, restart), failed())).toMatchObject({ is: 'restart', afterSeconds: 60 });
  });

  test('begins to count anew after a good run', () => {
    const good = failed({ execution_time_seconds: 600 });
    expect(nextStep(running(4), good)).toMatchObject({ is: 'restart', failures: 1, afterSeconds: 1 });
    expect(nextStep(running(4), failed({ execution_time_seconds: 599 }))).toMatchObject({ is: 'end' });
  });

  test.each([
    ['nothing was asked for', null],
    ['never was asked for', restartPolicySchema.parse({})],
  ])('ends when %s', (_, restart) => {
    const ending = failed();
    expect(nextStep(running(0, restart), ending)).toEqual({ is: 'end', ending });
  });
});

test.each([
  ['completed', failed({ status: 'completed', exit_code: 0 })],
  ['stopped', failed({ status: 'stopped', stop_steps: ['SIGTERM'] })],
  ['timed out', failed({ status: 'timed_out', stop_steps: ['SIGTERM'] })],
  ['lost, though it began', failed({ status: 'lost', exit_code: null })],
  ['stopped at a limit', failed({ status_reason: 'log_limit: too long', stop_steps: ['SIGKILL'] })],
  ['failed with processes that live on', failed({ survivors: [9] })],
  ['not executed at all', failed({ exit_code: 127 })],
])('an agent that is %s is not restarted', (_, ending) => {
  expect(nextStep(running(), ending)).toEqual({ is: 'end', ending });
});

test('an agent that is being stopped when it fails is not restarted', () => {
  const agent = running();
  const since = { since: at, by: 'operator', reason: 'stop' } as const;
  const stopping = { ...agent, life: { ...agent.life, status: 'stopping', ...since } } as Agent;
  expect(nextStep(stopping, failed())).toMatchObject({ is: 'end' });
});
