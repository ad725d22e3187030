/**
 * The order that everything rests on, seen from outside: while the disk has not said that it has the journal, nobody is
 * answered, no request file goes and no agent begins. The disk is made slow from outside, by strace.
 */
import { existsSync, statSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { TestCoordinator } from '../rig/coordinator.ts';
import { Strace, straceMissing } from '../rig/strace.ts';
import { waitFor } from '../rig/wait-for.ts';

const slowMs = 400;
/** Clocks differ by a little, and a file's time is that of the last tick. */
const slackMs = 30;

const missing = process.platform === 'linux' ? straceMissing() : 'only for Linux';
if (missing !== null) console.log(`The order of journal and answers is not tested: ${missing}`);

/** Notes when it begins, and when the journal was written to for the last time before. */
const script =
  'for segment in journal/*.jsonl; do touch -r "$segment" "journal-{agent_id}"; done; touch "began-{agent_id}"';

const used: TestCoordinator[] = [];
afterEach(async () => {
  for (const coordinator of used.splice(0)) await coordinator.dispose();
});

async function start(limits: Record<string, number> = {}): Promise<{ coordinator: TestCoordinator; strace: Strace }> {
  const coordinator = await TestCoordinator.start({
    config: {
      default_runtime: 'toucher',
      runtimes: { toucher: { kind: 'command', command: '/bin/sh', args: ['-c', script] } },
      limits,
      report: { required: false },
    },
  });
  used.push(coordinator);
  const strace = await Strace.attach({
    pid: coordinator.pid,
    threads: 'all',
    calls: ['fdatasync', 'fsync'],
    inject: `delay_enter=${slowMs * 1000}`,
    log: coordinator.path('slow.strace'),
  });
  return { coordinator, strace };
}

const requestOf = (id: string) => ({ request_id: id, agent_type: 'L1', config: { prompt: 'x' } });

/** Milliseconds since the epoch at which it began. */
async function beganAt(coordinator: TestCoordinator, agentId: string): Promise<number> {
  const file = coordinator.path(`began-${agentId}`);
  await waitFor(`${agentId} begins`, () => existsSync(file));
  return statSync(file).mtimeMs;
}

test.skipIf(missing !== null)('by HTTP: no answer and no agent before the journal is on the disk', async () => {
  const { coordinator, strace } = await start();
  const asked = Date.now();
  const answer = await coordinator.client.deploy(requestOf('by-http'));
  expect(answer).toMatchObject({ ok: true });
  expect(Date.now() - asked).toBeGreaterThanOrEqual(slowMs - slackMs);
  const began = await beganAt(coordinator, answer.ok ? answer.value.record.agent_id : '');
  expect(began - asked).toBeGreaterThanOrEqual(slowMs - slackMs);
  await strace.detach();
});

test.skipIf(missing !== null)(
  'by file: the file stays, and no answer comes, before the journal is on the disk',
  async () => {
    const { coordinator, strace } = await start();
    const asked = Date.now();
    coordinator.drop('by-file', requestOf('by-file'));
    await waitFor('the request file goes', () => !existsSync(coordinator.path('requests', 'by-file.json')));
    expect(Date.now() - asked).toBeGreaterThanOrEqual(slowMs - slackMs);
    const answer = await coordinator.answer('by-file');
    expect((await beganAt(coordinator, answer.agent_id ?? '')) - asked).toBeGreaterThanOrEqual(slowMs - slackMs);
    await strace.detach();
  },
);

test.skipIf(missing !== null)('from the queue: it begins once what is written of it is on the disk', async () => {
  const { coordinator, strace } = await start({ max_running: 1 });
  const answers = await Promise.all(['first', 'second'].map((id) => coordinator.client.deploy(requestOf(id))));
  expect(answers).toMatchObject([{ ok: true }, { ok: true }]);
  for (const answer of answers) {
    const agentId = answer.ok ? answer.value.record.agent_id : '';
    const began = await beganAt(coordinator, agentId);
    // Nothing is written between an agent's last word in the journal and its beginning, so this is the age of that word.
    const written = statSync(coordinator.path(`journal-${agentId}`)).mtimeMs;
    expect(began - written).toBeGreaterThanOrEqual(slowMs - slackMs);
  }
  await strace.detach();
});
