/** Only a process that is provably the agent's is signalled; one that cannot be told is neither signalled nor given up. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createHttpClient } from '../../../clients/typescript/http-client.ts';
import { encodeLine } from '../../../main/coordinator/ledger/journal-line.ts';
import type { IdentityCheck } from '../../../main/coordinator/process/ownership.ts';
import { identityOf } from '../../../main/coordinator/process/posix/identity.ts';
import { createPosixOwnership } from '../../../main/coordinator/process/posix/ownership.ts';
import type { Identity } from '../../../protocol/agent.ts';
import { discoverySchema } from '../../../protocol/discovery.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { isAlive, TestCoordinator } from '../../rig/coordinator.ts';
import { OwnHost } from '../../rig/own-host.ts';
import { PrivatePids } from '../../rig/private-pids.ts';
import { valueOf } from '../../rig/result.ts';
import { waitFor } from '../../rig/wait-for.ts';

const isElsewhere = process.platform !== 'linux';
const config = { default_runtime: 'sh', runtimes: { sh: { kind: 'command', command: '/bin/sh' } } };

async function start(): Promise<TestCoordinator> {
  const coordinator = await TestCoordinator.start({ config });
  onTestFinished(async () => void (await coordinator.dispose()));
  return coordinator;
}

async function deploy(coordinator: TestCoordinator, script: string): Promise<{ agentId: string; gate: number }> {
  const answer = await coordinator.client.deploy({
    agent_type: 'L1',
    config: { prompt: script, report_required: false },
  });
  const { record } = valueOf(answer);
  return { agentId: record.agent_id, gate: record.pid ?? 0 };
}

const recordOf = async (coordinator: TestCoordinator, agentId: string) =>
  valueOf(await coordinator.client.get(agentId));

describe.skipIf(isElsewhere)('an agent whose launcher was killed', () => {
  const script = `trap 'echo asked; exit 5' TERM; echo "pid $$"; while [ ! -e go ]; do sleep 0.02; done; echo went; exit 6`;
  const agentPid = async (coordinator: TestCoordinator, agentId: string): Promise<number> => {
    const said = (): string | undefined => /pid (\d+)/.exec(coordinator.log(agentId))?.[1];
    return Number(await waitFor('the agent says its pid', said));
  };
  const unattended = (coordinator: TestCoordinator, agentId: string) =>
    waitFor('it is said that nobody watches it', async () => {
      const record = await recordOf(coordinator, agentId);
      return record.evidence.source === 'unattended' ? record : null;
    });

  const moments = ['while the coordinator was away', 'under the eyes of the coordinator'] as const;
  async function killGate(coordinator: TestCoordinator, gate: number, when: (typeof moments)[number]): Promise<void> {
    const isAway = when === 'while the coordinator was away';
    if (isAway) await coordinator.crash();
    process.kill(gate, 'SIGKILL');
    if (isAway) await coordinator.start();
  }

  test.each(moments)('case 03: killed %s, it runs on unattended and can be stopped', async (when) => {
    const coordinator = await start();
    const { agentId, gate } = await deploy(coordinator, script);
    const agent = await agentPid(coordinator, agentId);
    await killGate(coordinator, gate, when);
    expect(await unattended(coordinator, agentId)).toMatchObject({ status: 'running', exit_code: null });
    expect(isAlive(agent)).toBe(true);
    const stopped = valueOf(await coordinator.client.stop(agentId)).stopped[0];
    expect(stopped).toMatchObject({ status: 'stopped', stop_steps: ['SIGTERM'], survivors: [], exit_code: null });
    expect(coordinator.log(agentId)).toContain('asked');
    expect(isAlive(agent)).toBe(false);
  });

  test.each(moments)('case 03: killed %s, when it ends alone nobody knows how, and nobody says so', async (when) => {
    const coordinator = await start();
    const { agentId, gate } = await deploy(coordinator, script);
    await agentPid(coordinator, agentId);
    await killGate(coordinator, gate, when);
    await unattended(coordinator, agentId);
    writeFileSync(coordinator.path('go'), '');
    expect(await coordinator.ended(agentId)).toMatchObject({ status: 'lost', exit_code: null, signal: null });
    expect(coordinator.log(agentId)).toContain('went');
  });
});

const whyNot = process.platform === 'linux' ? PrivatePids.whyNot() : 'not Linux';

describe.skipIf(whyNot !== null)(
  `a pid that was given to somebody else (${whyNot ?? 'in a namespace of its own'})`,
  () => {
    const entry = resolve(import.meta.dirname, '../../../dist/main/headless.js');

    test('case 04: a stranger, leader of its group, is left alone at the restart and when the agent is stopped', async () => {
      const coordinator = await start(); // Its root and its readers; the one that works here runs in the namespace.
      await coordinator.stop();
      const inside = PrivatePids.open();
      onTestFinished(() => inside.close());
      const discovery = (): { url: string } | null => {
        try {
          return discoverySchema.parse(JSON.parse(readFileSync(coordinator.path('coordinator.json'), 'utf8')));
        } catch {
          return null; // Not announced yet.
        }
      };
      const begin = async (): Promise<{ pid: number; client: ReturnType<typeof createHttpClient> }> => {
        rmSync(coordinator.path('coordinator.json'), { force: true });
        const log = coordinator.path('inside.log');
        const pid = await inside.run(
          `'${process.execPath}' '${entry}' --root '${coordinator.root}' --port 0 > '${log}' 2>&1 & echo $!`,
        );
        const { url } = await waitFor('it announces itself', discovery, { seen: () => readFileSync(log, 'utf8') });
        return { pid: Number(pid), client: createHttpClient({ url, token: coordinator.token }) };
      };
      const first = await begin();
      const request = { agent_type: 'L1', config: { prompt: 'echo ready; sleep 300', report_required: false } };
      const { agent_id: agentId, pid: gate } = valueOf(await first.client.deploy(request)).record;
      await waitFor('it runs', () => coordinator.log(agentId).includes('ready'));
      await inside.run(`kill -9 ${first.pid}; kill -9 -${gate ?? 0}; wait ${first.pid}; sleep 0.1`);

      await inside.startAs(gate ?? 0, 'sleep 300');
      const second = await begin();
      const record = await waitFor('it is over', async () => {
        const now = valueOf(await second.client.get(agentId));
        return now.status === 'running' ? null : now;
      });
      expect(record).toMatchObject({ status: 'lost', exit_code: null, pid: gate, survivors: [], reaped: 0 });
      expect(valueOf(await second.client.stop(agentId)).stopped).toEqual([]);
      expect(await inside.run(`tr '\\0' ' ' < /proc/${gate ?? 0}/cmdline`)).toBe('sleep 300');
    });
  },
);

describe.skipIf(isElsewhere)('an identity in the journal', () => {
  /** A program that has nothing to do with us, in a group of its own. */
  function stranger(): Identity {
    const child = spawn('/bin/sleep', ['300'], { detached: true, stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    return identityOf(child.pid ?? 0);
  }

  /** Ends coordinator and agent, and puts another identity in the place of the agent's. */
  async function forge(coordinator: TestCoordinator, gate: number, identity: Identity): Promise<void> {
    await coordinator.crash();
    process.kill(-gate, 'SIGKILL');
    await waitFor('nothing of it lives', () => coordinator.processes().length === 0);
    const lines = coordinator.journal().map(({ seq, event }) => encodeLine({ seq, event: forged(event) }));
    rmSync(coordinator.path('db.json'), { force: true });
    const [segment = ''] = coordinator.journalFiles();
    writeFileSync(join(coordinator.path('journal'), segment), lines.join(''));
    function forged(event: ZiggieEvent): ZiggieEvent {
      return event.type === 'agent_started' ? { ...event, identity } : event;
    }
  }

  test('case 05: of another boot is a stranger, though pid and start time are those of a living process', async () => {
    const coordinator = await start();
    const { agentId, gate } = await deploy(coordinator, 'echo ready; sleep 300');
    await waitFor('it runs', () => coordinator.log(agentId).includes('ready'));
    const living = stranger();
    await forge(coordinator, gate, { ...living, boot_id: '00000000-0000-0000-0000-000000000000' });
    await coordinator.start();
    expect(await coordinator.ended(agentId)).toMatchObject({ status: 'lost', exit_code: null, reaped: 0 });
    expect(isAlive(living.pid)).toBe(true);
  });

  test('case 05: the same of this boot is taken for the agent, so that it is the boot that makes the difference', async () => {
    const coordinator = await start();
    const { agentId, gate } = await deploy(coordinator, 'echo ready; sleep 300');
    await waitFor('it runs', () => coordinator.log(agentId).includes('ready'));
    const living = stranger();
    await forge(coordinator, gate, living);
    await coordinator.start();
    expect(await recordOf(coordinator, agentId)).toMatchObject({ status: 'running', pid: living.pid });
  });
});

const strace = '/usr/bin/strace';

describe.skipIf(!existsSync(strace))('a start time whose reading the system refuses (needs strace)', () => {
  test('case 06: EACCES is not taken for an end: no signal, no loss, 409, and all is well once it can be read', async () => {
    const coordinator = await start();
    const { agentId, gate } = await deploy(
      coordinator,
      `trap 'echo asked; exit 0' TERM; echo ready; while :; do sleep 0.02; done`,
    );
    await waitFor('it runs', () => coordinator.log(agentId).includes('ready'));
    await coordinator.crash();
    await coordinator.start();
    const refuse = ['-e', 'trace=openat', '-e', 'inject=openat:error=EACCES', '-P', `/proc/${gate}/stat`];
    const injector = spawn(strace, ['-f', '-p', String(coordinator.pid), ...refuse], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    onTestFinished(() => void injector.kill('SIGKILL'));
    const seen = { text: '' };
    injector.stderr.on('data', (text: Buffer) => (seen.text += text.toString()));
    await waitFor(
      'the evidence is unverified',
      async () => {
        const { evidence } = await recordOf(coordinator, agentId);
        return evidence.source === 'unverified';
      },
      { seen: () => seen.text.slice(-1000) },
    );
    const refused = (): number => seen.text.match(/EACCES.*INJECTED/g)?.length ?? 0;
    const before = refused();
    await waitFor('it was refused three times more', () => refused() >= before + 3);
    expect(await coordinator.client.stop(agentId)).toMatchObject({ failure: { code: 'IDENTITY_UNVERIFIED' } });
    expect(await recordOf(coordinator, agentId)).toMatchObject({ status: 'running' });
    expect(coordinator.log(agentId)).not.toContain('asked');
    injector.kill('SIGTERM');
    await waitFor(
      'it is known again',
      async () => (await recordOf(coordinator, agentId)).evidence.source === 'process',
    );
    expect(valueOf(await coordinator.client.stop(agentId)).stopped[0]).toMatchObject({
      status: 'stopped',
      exit_code: 0,
    });
  });
});

describe.skipIf(isElsewhere)('an identity that cannot be read', () => {
  const script = `trap 'echo asked; exit 0' TERM; echo ready; while :; do sleep 0.02; done`;

  /** A host that sees nothing of a process's start time while `isBlind`. */
  async function startBlindable(): Promise<{ host: OwnHost; sight: { isBlind: boolean; readonly asked: number[] } }> {
    const sight = { isBlind: false, asked: [] as number[] };
    const host = await OwnHost.start((options) => {
      const posix = createPosixOwnership(options);
      const check = (identity: Identity): IdentityCheck => {
        if (!sight.isBlind) return posix.check(identity);
        sight.asked.push(performance.now());
        return 'unknown';
      };
      return { ...posix, check };
    });
    onTestFinished(() => host.dispose());
    return { host, sight };
  }
  const evidence = (host: OwnHost, agentId: string, source: string) =>
    waitFor(`the evidence is ${source}`, async () => {
      const record = await host.get(agentId);
      return record.evidence.source === source ? record : null;
    });

  test('case 06: after a restart it stays running, says so, and is asked again every second until it is known', async () => {
    const { host, sight } = await startBlindable();
    const { agent_id } = await host.deploy(script);
    await host.said(agent_id, 'ready');
    await host.close();
    sight.isBlind = true;
    await host.start();
    expect(await evidence(host, agent_id, 'unverified')).toMatchObject({ status: 'running' });
    sight.asked.length = 0;
    await waitFor('it was asked more than three times', () => sight.asked.length > 6);
    const seconds = ((sight.asked.at(-1) ?? 0) - (sight.asked[0] ?? 0)) / 1000;
    // Two ask, the watch and the verification, each once a second.
    expect(sight.asked.length / seconds).toBeLessThan(4);
    expect(await host.get(agent_id)).toMatchObject({ status: 'running', exit_code: null });
    expect(host.log(agent_id)).not.toContain('asked');
    sight.isBlind = false;
    await evidence(host, agent_id, 'process');
    expect(valueOf(await host.client.stop(agent_id)).stopped[0]).toMatchObject({ status: 'stopped', exit_code: 0 });
  });

  test('case 06: a stop meanwhile is refused through every door, nothing is signalled, and it works afterwards', async () => {
    const { host, sight } = await startBlindable();
    const [agent, other] = [await host.deploy(script), await host.deploy('sleep 300')];
    await host.said(agent.agent_id, 'ready');
    sight.isBlind = true;
    const byHttp = await host.client.stop(agent.agent_id);
    expect(byHttp).toMatchObject({ ok: false, failure: { code: 'IDENTITY_UNVERIFIED' } });
    expect(byHttp.ok ? '' : byHttp.failure.message).toContain(`${agent.agent_id} (pid ${agent.pid ?? 0})`);
    const request = { request_id: 'stop-by-file', action: 'stop', agent_id: agent.agent_id };
    writeFileSync(host.path('requests', 'stop.json'), JSON.stringify(request));
    const answer = await waitFor('an answer', () => readJson(host.path('responses', 'stop-by-file_error.json')));
    expect(answer).toMatchObject({ code: 'IDENTITY_UNVERIFIED', status: 'error' });
    expect(await evidence(host, agent.agent_id, 'unverified')).toMatchObject({ status: 'running' });
    expect(host.log(agent.agent_id)).not.toContain('asked');
    expect((await host.get(other.agent_id)).evidence.source).toBe('process'); // Nobody asked for that one.
    sight.isBlind = false;
    await evidence(host, agent.agent_id, 'process');
    expect(valueOf(await host.client.stop(agent.agent_id)).status).toBe('stopped');
  });
});

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null; // Not there yet.
  }
}
