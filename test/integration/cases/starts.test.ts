/** What an agent is started with, and what happens when it cannot be. */
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { isAlive, TestCoordinator } from '../../rig/coordinator.ts';
import { failureIn, valueOf } from '../../rig/result.ts';
import { waitFor } from '../../rig/wait-for.ts';

const isElsewhere = process.platform !== 'linux';
const sh = { kind: 'command', command: '/bin/sh' };

async function start(
  runtimes: Record<string, unknown>,
  env: Readonly<Record<string, string>> = {},
): Promise<TestCoordinator> {
  const config = { default_runtime: 'sh', runtimes: { sh, ...runtimes }, limits: { grace_seconds: 1 } };
  const coordinator = await TestCoordinator.start({ config, env });
  onTestFinished(async () => void (await coordinator.dispose()));
  return coordinator;
}

const request = (prompt: string, runtime = 'sh') => ({
  agent_type: 'L1',
  config: { prompt, runtime, report_required: false },
});

test.skipIf(isElsewhere)(
  'case 14: a program that does not exist is refused at once, nothing is started, and the next request is served',
  async () => {
    const coordinator = await start({ ghost: { kind: 'command', command: '/no/such/program' } });
    const failure = failureIn(await coordinator.client.deploy(request('hello', 'ghost')));
    expect(failure.code).toBe('RUNTIME_NOT_FOUND');
    expect(failure.message).toContain('/no/such/program');
    expect(coordinator.journal().filter(({ event }) => event.type === 'agent_starting')).toEqual([]);
    const { agent_id } = valueOf(await coordinator.client.deploy(request('exit 0'))).record;
    expect(await coordinator.ended(agent_id)).toMatchObject({ status: 'completed' });
  },
);

test.skipIf(isElsewhere)(
  'case 14: a program that only turns out not to work when it is run has failed, and is not run again',
  async () => {
    const coordinator = await start({});
    const broken = coordinator.path('broken');
    writeFileSync(broken, '#!/no/such/interpreter\n');
    chmodSync(broken, 0o755);
    await coordinator.stop();
    const runtimes = { sh, broken: { kind: 'command', command: broken } };
    writeFileSync(coordinator.path('config.json'), JSON.stringify({ default_runtime: 'sh', runtimes }));
    await coordinator.start();
    const { agent_id } = valueOf(await coordinator.client.deploy(request('hello', 'broken'))).record;
    const record = await coordinator.ended(agent_id);
    expect(record).toMatchObject({ status: 'failed', exit_code: 127, attempt: 1 });
    expect(record.execution_time_seconds).toBeLessThan(5);
    expect(coordinator.log(agent_id)).toContain(broken);
    expect(valueOf(await coordinator.client.health()).status).toBe('ok');
  },
);

test.skipIf(isElsewhere)(
  'case 15: a prompt of 200,000 bytes arrives whole, and neither it nor a token stands on a command line',
  async () => {
    const script = 'cat > got; echo ready; while [ ! -e go ]; do sleep 0.02; done';
    const coordinator = await start({ reader: { kind: 'command', command: '/bin/sh', args: ['-c', script] } });
    const marker = randomBytes(12).toString('hex');
    const prompt = `${marker} ${'naïve 🦀 $(touch x) `y` '.repeat(8000)}`;
    expect(Buffer.byteLength(prompt)).toBeGreaterThan(200_000);
    const { agent_id } = valueOf(await coordinator.client.deploy(request(prompt, 'reader'))).record;
    await waitFor('the prompt has arrived', () => coordinator.log(agent_id).includes('ready'));
    const token = await coordinator.agentToken(agent_id);
    expect(token.length).toBeGreaterThan(20);
    const pids = coordinator.processes();
    expect(pids.length).toBeGreaterThan(0);
    const everyCommandLine = [coordinator.pid, ...pids].map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
    for (const secret of [marker, token, coordinator.token]) expect(everyCommandLine.join('\n')).not.toContain(secret);
    const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');
    expect(sha256(readFileSync(coordinator.path('got')))).toBe(sha256(prompt));
    writeFileSync(coordinator.path('go'), '');
    await coordinator.ended(agent_id);
  },
);

test.skipIf(isElsewhere)(
  'case 18: a coordinator without a PATH stops whole trees as well: it calls no helper by name',
  async () => {
    const coordinator = await start({}, { PATH: '/nonexistent' });
    const script = `
    trap : TERM
    /usr/bin/setsid /bin/sleep 300 & echo "pid $!"
    (/bin/sleep 301 & echo "pid $!")
    while :; do /bin/sleep 0.05; done`;
    const { agent_id } = valueOf(await coordinator.client.deploy(request(script))).record;
    const pids = await waitFor('two helpers', () => {
      const found = [...coordinator.log(agent_id).matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));
      return found.length === 2 ? found : null;
    });
    expect(valueOf(await coordinator.client.stop(agent_id)).stopped[0]).toMatchObject({
      status: 'stopped',
      stop_steps: ['SIGTERM', 'SIGKILL'],
      exit_code: 137,
      survivors: [],
    });
    expect(pids.filter(isAlive)).toEqual([]);
    expect(coordinator.processes()).toEqual([]);
    expect(coordinator.output).not.toMatch(/uncaught|ENOENT|at .*\.js:/i);
    expect((await coordinator.client.health()).ok).toBe(true);
  },
);
