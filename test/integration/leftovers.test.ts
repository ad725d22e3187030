/** An agent that ends by itself takes what it started with it: nothing of it is left on the machine. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { isAlive, TestCoordinator } from '../rig/coordinator.ts';
import { waitFor } from '../rig/wait-for.ts';

const used: TestCoordinator[] = [];
afterEach(async () => {
  for (const coordinator of used.splice(0)) await coordinator.dispose();
});

test.skipIf(process.platform !== 'linux')('a detached helper ends with the agent that left it behind', async () => {
  // The helper says its pid when it is in a session of its own, and the agent ends only then.
  const script =
    'setsid sh -c "echo \\$\\$ > helper; exec sleep 300" & until [ -s helper ]; do sleep 0.01; done; exit 3';
  const coordinator = await TestCoordinator.start({
    config: {
      default_runtime: 'leaver',
      runtimes: { leaver: { kind: 'command', command: '/bin/sh', args: ['-c', script] } },
      report: { required: false },
    },
  });
  used.push(coordinator);
  const answer = await coordinator.client.deploy({ request_id: 'leaver', agent_type: 'L1', config: { prompt: 'x' } });
  const agentId = answer.ok ? answer.value.record.agent_id : '';
  const helper = await waitFor('the helper says its pid', () => {
    const file = coordinator.path('helper');
    return existsSync(file) ? Number(readFileSync(file, 'utf8')) || null : null;
  });
  expect(await coordinator.ended(agentId)).toMatchObject({ status: 'failed', exit_code: 3, survivors: [] });
  await waitFor('the helper is gone', () => !isAlive(helper), { timeoutMs: 3000 });
  expect(coordinator.processes()).toEqual([]);
});

test.skipIf(process.platform !== 'linux')(
  'what a killed launcher had begun to write is no record, and an unfinished file of one does not stay',
  async () => {
    const coordinator = await TestCoordinator.start({
      config: {
        default_runtime: 'sleeper',
        runtimes: { sleeper: { kind: 'command', command: '/bin/sleep', args: ['300'] } },
        report: { required: false },
      },
    });
    used.push(coordinator);
    const answer = await coordinator.client.deploy({
      request_id: 'sleeper',
      agent_type: 'L1',
      config: { prompt: 'x' },
    });
    if (!answer.ok) throw new Error(answer.failure.message);
    const { agent_id, pid } = answer.value.record;
    const unfinished = coordinator.path('runs', agent_id, '1', 'exit.json.tmp');
    await waitFor('it began', () => existsSync(coordinator.path('runs', agent_id, '1', 'claim')));
    writeFileSync(unfinished, '{"co');
    writeFileSync(coordinator.path('runs', agent_id, '1', 'exit.json'), '{"code":');
    process.kill(-(pid ?? 0), 'SIGKILL'); // The launcher's session: itself and the agent.
    expect(await coordinator.ended(agent_id)).toMatchObject({ status: 'failed', signal: 'SIGKILL' });
    expect(existsSync(unfinished)).toBe(false);
  },
);
