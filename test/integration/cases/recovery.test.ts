/** Coming back to a past that is hard to come by: made in the journal and the files, with real processes where some live. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Identity } from '../../../protocol/agent.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { isEnded } from '../../../protocol/agent.ts';
import { agentRecord, type AgentRecord } from '../../../protocol/record.ts';
import type { Clock } from '../../../main/coordinator/clock.ts';
import { identityOf } from '../../../main/coordinator/process/posix/identity.ts';
import type { Layout } from '../../../main/coordinator/root/layout.ts';
import { agentFacts } from '../../rig/agent-facts.ts';
import { isAlive } from '../../rig/coordinator.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { type Composed, composed } from './composed.ts';

const agentId = 'agent_20251109_143000_1';
const operator = { kind: 'operator' } as const;
const script = 'echo x >> count\n';
const at = (): string => new Date().toISOString();

/** So that ten seconds of patience are a moment. */
const hastyClock: Clock = { now: at, monotonic: () => performance.now() * 50 };

/** A process of its own session that is no agent: what a launcher that waits looks like. */
function bystander(): Identity {
  const child = spawn('/bin/sleep', ['300'], { detached: true, stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return identityOf(child.pid ?? 0);
}

const nobody = (): Identity => ({ ...identityOf(process.pid), pid: 2_147_483_646 });

function accepted(layout: Layout): ZiggieEvent {
  const facts = agentFacts({
    agent_id: agentId,
    agent_type: 'L1',
    level: 1,
    parent_agent: null,
    runtime: 'sh',
    runtime_kind: 'command',
    model: null,
    cwd: layout.root,
    report_required: false,
    prompt_file: layout.promptFile(agentId),
    prompt_sha256: createHash('sha256').update(script).digest('hex'),
    log_file: layout.logFile(agentId),
    completion_report: layout.reportFile(agentId),
    accepted_at: at(),
  });
  mkdirSync(layout.attemptFolder(agentId, 1), { recursive: true });
  return { type: 'agent_accepted', at: at(), request_sha256: 'f', facts, prompt: script };
}

const starting = (): ZiggieEvent => ({
  type: 'agent_starting',
  at: at(),
  agent_id: agentId,
  attempt: 1,
  nonce: `nonce-${performance.now()}`,
  token_sha256: 'a'.repeat(64),
});
const started = (identity: Identity): ZiggieEvent => ({
  type: 'agent_started',
  at: at(),
  agent_id: agentId,
  attempt: 1,
  identity,
});
const stopping = (): ZiggieEvent => ({
  type: 'agent_stopping',
  at: at(),
  agent_id: agentId,
  by: 'operator',
  reason: 'stop',
});
const claimed = (layout: Layout, pid: number): void =>
  writeFileSync(join(layout.attemptFolder(agentId, 1), 'claim'), `${pid}`);

const recordOf = ({ coordinator }: Composed): AgentRecord | null => {
  const agent = coordinator.fleet().agents.get(agentId);
  return agent === undefined ? null : agentRecord(agent);
};
const ended = (run: Composed): Promise<AgentRecord> =>
  waitFor(
    'it ends',
    () => {
      const agent = run.coordinator.fleet().agents.get(agentId);
      return agent !== undefined && isEnded(agent) ? agentRecord(agent) : null;
    },
    { seen: () => recordOf(run) },
  );
const starts = ({ events }: Composed): number => events.filter(({ event }) => event.type === 'agent_starting').length;

describe('a launcher that lives and neither begins nor leaves', () => {
  test('is ended after a while, and its agent is started, once', async () => {
    const launcher = bystander();
    const run = await composed({
      clock: hastyClock,
      past: (layout) => [accepted(layout), starting(), started(launcher)],
    });
    expect(await ended(run)).toMatchObject({ status: 'completed', exit_code: 0, attempt: 1 });
    expect(isAlive(launcher.pid)).toBe(false);
    expect(readFileSync(join(run.layout.root, 'count'), 'utf8')).toBe('x\n');
    expect(starts(run)).toBe(1);
  });

  test('is ended, and its agent is not started, where it was stopped meanwhile', async () => {
    const launcher = bystander();
    const run = await composed({
      clock: hastyClock,
      past: (layout) => [accepted(layout), starting(), started(launcher)],
    });
    await run.coordinator.stop(agentId, operator, null);
    expect(await ended(run)).toMatchObject({ status: 'stopped', evidence: { source: 'never_began' } });
    expect(isAlive(launcher.pid)).toBe(false);
    expect(starts(run)).toBe(0);
  });
});

test('a claim that the journal knows nothing of is watched, and its pid never signalled', async () => {
  const stranger = bystander();
  const run = await composed({
    past: (layout) => {
      const events = [accepted(layout), starting()];
      claimed(layout, stranger.pid);
      return events;
    },
  });
  await waitFor('it is said that nothing tells', () =>
    run.events.some(({ event }) => event.type === 'agent_doubted' && event.doubt === 'unverified'),
  );
  expect(recordOf(run)?.status).toBe('starting');
  expect(isAlive(stranger.pid)).toBe(true);
  process.kill(stranger.pid, 'SIGKILL');
  expect(await ended(run)).toMatchObject({ status: 'lost', exit_code: null });
  expect(starts(run)).toBe(0);
});

describe('what ended while nobody watched', () => {
  const gone = (files: (layout: Layout) => void, ...more: ZiggieEvent[]) =>
    composed({
      past: (layout) => {
        const events = [accepted(layout), starting(), started(nobody()), ...more];
        claimed(layout, nobody().pid);
        files(layout);
        return events;
      },
    });
  const report = ['Summary', 'Work completed', 'Results', 'Issues', 'Time']
    .map((title) => `## ${title}\n\nAs ${agentId} says.\n`)
    .join('\n');

  test('is completed by a report it wrote, with no exit code made up', async () => {
    const run = await gone((layout) => writeFileSync(layout.reportFile(agentId), report));
    expect(await ended(run)).toMatchObject({
      status: 'completed',
      status_reason: 'done by its report, no exit was seen',
      exit_code: null,
      evidence: { source: 'report' },
    });
  });

  test('is lost where nothing tells, and never started again', async () => {
    const run = await gone((layout) => writeFileSync(layout.reportFile(agentId), 'half a rep'));
    expect(await ended(run)).toMatchObject({ status: 'lost', exit_code: null, evidence: { source: 'none' } });
    expect(starts(run)).toBe(0);
  });

  test('and was being stopped needed no step any more', async () => {
    const run = await gone(
      (layout) => writeFileSync(join(layout.attemptFolder(agentId, 1), 'exit.json'), '{"code":0}'),
      stopping(),
    );
    expect(await ended(run)).toMatchObject({
      status: 'stopped',
      status_reason: 'stopped by operator (it had ended by then)',
      exit_code: 0,
      stop_steps: [],
    });
  });

  test('with a machine that was started anew is settled, not started', async () => {
    const run = await composed({
      past: (layout) => [accepted(layout), starting(), started({ ...bystander(), boot_id: 'another' })],
    });
    expect(await ended(run)).toMatchObject({ status: 'lost' });
    expect(starts(run)).toBe(0);
  });
});

test('what was being stopped before it had a process ends as stopped', async () => {
  const run = await composed({ past: (layout) => [accepted(layout), starting(), stopping()] });
  expect(await ended(run)).toMatchObject({ status: 'stopped', status_reason: 'stopped by operator before it began' });
});

test('an agent that was never let go, and whose prompt is gone for good, is refused', async () => {
  const run = await composed({
    past: (layout) => [{ ...accepted(layout), prompt: null } as ZiggieEvent, starting(), started(nobody())],
  });
  expect(await ended(run)).toMatchObject({ status: 'refused' });
  expect(starts(run)).toBe(0);
});

describe('what was paused before it had begun', () => {
  const paused = (): ZiggieEvent => ({
    type: 'agent_paused',
    at: at(),
    agent_id: agentId,
    by: 'operator',
    reason: null,
    ran_seconds: 0,
  });
  const call = { door: 'http', wait: 'admission' } as const;
  const verb = { request_id: 'verb', agent_id: agentId, timestamp: null, token: null, reason: null } as const;
  const pasts: [string, () => ZiggieEvent[]][] = [
    ['while it was being started', () => [starting(), paused()]],
    ['when its launcher had a name', () => [starting(), started(nobody()), paused()]],
    ['in the queue', () => [paused()]],
  ];
  /** As long as another needs to be started, and to end, by the same coordinator. */
  const oneAgentLong = async ({ coordinator }: Composed): Promise<void> => {
    const request = { request_id: 'other', action: 'deploy', agent_type: 'L1', config: { prompt: 'true\n' } };
    const answer = await coordinator.deploy(request, operator, 'start');
    const id = answer.ok ? answer.value.record.agent_id : '';
    await waitFor('another has ended', () => {
      const agent = coordinator.fleet().agents.get(id);
      return agent !== undefined && isEnded(agent);
    });
  };

  test.each(pasts)('%s is started when it is resumed, and not before', async (_, past) => {
    const run = await composed({ past: (layout) => [accepted(layout), ...past()] });
    await oneAgentLong(run);
    const own = run.events.filter(({ event }) => 'agent_id' in event && event.agent_id === agentId);
    expect(own).toEqual([]);
    const resumed = await run.coordinator.perform({ ...verb, action: 'resume' }, operator, call);
    expect(resumed).toMatchObject({ ok: true, value: { answer: { unchanged: [] } } });
    expect(await ended(run)).toMatchObject({ status: 'completed', exit_code: 0, attempt: 1 });
    expect(readFileSync(join(run.layout.root, 'count'), 'utf8')).toBe('x\n');
  });

  test.each(pasts)('%s can be stopped, and never begins', async (_, past) => {
    const run = await composed({ past: (layout) => [accepted(layout), ...past()] });
    await oneAgentLong(run);
    expect(await run.coordinator.stop(agentId, operator, null)).toMatchObject({ ok: true });
    expect(['stopped', 'cancelled']).toContain((await ended(run)).status);
    expect(starts(run)).toBe(1); // The other's.
  });
});
