/** The `ziggie` command as its users meet it: the built file under plain `node`, against a running coordinator. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { agentListSchema } from '../../protocol/queries.ts';
import { stopAnswerSchema } from '../../protocol/verbs.ts';
import { agentRecordSchema } from '../../protocol/record.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { type CommandRun, startZiggie, ziggieCommand } from '../rig/ziggie-command.ts';
import { waitFor } from '../rig/wait-for.ts';

const place: { coordinator?: TestCoordinator } = {};
const running: CommandRun[] = [];

/** Runtimes of `command` kind: small shell programs that read the prompt as their standard input. */
const shell = (script: string) => ({ kind: 'command', command: '/bin/sh', args: ['-c', script], prompt: 'stdin' });

const config = {
  default_runtime: 'demo',
  runtimes: {
    demo: { kind: 'demo' },
    echo: shell('cat'),
    failing: shell('echo going wrong >&2; exit 3'),
    large: shell("head -c 3000000 /dev/zero | tr '\\0' x"),
    ticking: shell('while [ ! -e "$ZIGGIE_ROOT/go" ]; do echo tick; sleep 0.05; done'),
    gate: shell('echo first; while [ ! -e "$ZIGGIE_ROOT/go" ]; do sleep 0.05; done; printf "\\033[31mlast\\033[2J"'),
    nested: shell(
      `"${process.execPath}" "${ziggieCommand}" deploy --runtime echo --no-report --prompt "hello from below" --wait`,
    ),
  },
  limits: { grace_seconds: 1, min_free_memory_mb: 0 },
};

beforeAll(async () => {
  place.coordinator = await TestCoordinator.start({ config });
});
afterEach(async () => {
  for (const { child, end } of running.splice(0)) {
    child.kill('SIGKILL');
    await end;
  }
});
afterAll(async () => {
  await place.coordinator?.dispose();
});

function coordinator(): TestCoordinator {
  if (place.coordinator === undefined) throw new Error('The coordinator was not started.');
  return place.coordinator;
}

function start(args: readonly string[], options?: Parameters<typeof startZiggie>[1]): CommandRun {
  const run = startZiggie([...args, '--root', coordinator().root], options);
  running.push(run);
  return run;
}
const ziggie = (args: readonly string[], options?: Parameters<typeof startZiggie>[1]) => start(args, options).end;

async function deployed(...args: string[]) {
  const { out } = await ziggie(['deploy', '--json', '--no-report', ...args]);
  return agentRecordSchema.parse(JSON.parse(out));
}

describe('on an empty root', () => {
  it('ls says that there are no agents and what to do', async () => {
    expect(await ziggie(['ls'])).toEqual({
      code: 0,
      out: 'No agents yet. Deploy one: ziggie deploy --prompt "Say hello and write your report."\n',
      err: '',
    });
  });

  it('status tells that the coordinator is well', async () => {
    const { code, out } = await ziggie(['status']);
    expect([code, out]).toEqual([0, expect.stringContaining(`ok at ${coordinator().url}`)]);
    expect(out).toContain(coordinator().root);
  });
});

describe('deploy', () => {
  it('prints id, status, pid and log, and with --wait the end and the report', async () => {
    const { code, out } = await ziggie(['deploy', '--prompt', '@report all is well', '--name', 'reporter', '--wait']);
    expect(out).toMatch(
      /^id {6}agent_\d+_\d+_\d+\nstatus {2}running: .+\npid {5}\d+\nlog {5}\/.+\.log\nended {3}completed after /,
    );
    expect(out).toMatch(/\nreport {2}\/.+_COMPLETION_REPORT\.md\n$/);
    expect(code).toBe(0);
  });

  it('reads the prompt from standard input', async () => {
    const { code, out } = await ziggie(['deploy', '-', '--runtime', 'echo', '--no-report', '--wait', '--json'], {
      stdin: 'words from a pipe',
    });
    expect(code).toBe(0);
    expect(coordinator().log(agentRecordSchema.parse(JSON.parse(out)).agent_id)).toBe('words from a pipe');
  });

  it('ends with 1 when the agent it waited for fails', async () => {
    const { code, out } = await ziggie(['deploy', '--prompt', 'x', '--runtime', 'failing', '--no-report', '--wait']);
    expect(out).toMatch(/ended {3}failed after /);
    expect(code).toBe(1);
  });

  it('ends with 2 and one line when it is turned down', async () => {
    const { code, out, err } = await ziggie(['deploy', '--prompt', 'x', '--runtime', 'nope']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^ziggie: UNKNOWN_RUNTIME: .*nope.*\n$/);
  });

  it('starts nothing for a request_id that was used, and says so', async () => {
    const args = ['deploy', '--prompt', 'x', '--runtime', 'echo', '--no-report', '--request-id', 'only_once'];
    const first = await ziggie(args);
    const again = await ziggie(args);
    expect(again.code).toBe(0);
    expect(again.out.split('\n')[0]).toBe(first.out.split('\n')[0]);
    expect(again.err).toContain('only_once was made before; nothing was started');
  });

  it('inside an agent makes a child of that agent, one level below', async () => {
    const parent = await deployed('--prompt', 'x', '--runtime', 'nested', '--type', 'L1');
    const { status, children } = await coordinator().ended(parent.agent_id);
    expect(status, coordinator().log(parent.agent_id)).toBe('completed');
    const child = await coordinator().client.get(children[0] ?? 'none');
    expect(child).toMatchObject({ ok: true, value: { agent_type: 'L2', parent_agent: parent.agent_id } });
    expect(coordinator().log(children[0] ?? 'none')).toBe('hello from below');
  });
});

describe('ls and status', () => {
  it('agree with the coordinator, in the table and as JSON', async () => {
    const record = await deployed('--prompt', 'x', '--runtime', 'echo', '--name', 'for the table');
    const ended = await coordinator().ended(record.agent_id);
    const table = await ziggie(['ls', '--all']);
    expect(table.out).toMatch(new RegExp(`^${record.agent_id} +L1 +for the table +completed`, 'm'));
    const list = agentListSchema.parse(JSON.parse((await ziggie(['ls', '--all', '--json'])).out));
    expect(list.agents).toContainEqual(ended);
    const ordinal = /\d+$/.exec(record.agent_id)?.[0] ?? '';
    expect(JSON.parse((await ziggie(['status', ordinal, '--json'])).out)).toEqual(ended);
    expect((await ziggie(['status', ordinal])).out).toContain(`${record.agent_id}  L1  "for the table"`);
  });

  it('use colours in a pipe only when forced', async () => {
    const plain = await ziggie(['ls']);
    const forced = await ziggie(['ls'], { env: { FORCE_COLOR: '1' } });
    expect([plain.out.includes('\u001b['), forced.out.includes('\u001b[')]).toEqual([false, true]);
  });
});

describe('logs', () => {
  it('-f prints what is there, what comes, and ends with the agent; into a pipe byte for byte', async () => {
    rmSync(coordinator().path('go'), { force: true });
    const { agent_id } = await deployed('--prompt', 'x', '--runtime', 'gate');
    const follow = start(['logs', agent_id, '-f']);
    await waitFor('the first line', () => follow.out() === 'first\n', { seen: follow.out });
    writeFileSync(coordinator().path('go'), '');
    expect(await follow.end).toEqual({ code: 0, out: 'first\n\u001b[31mlast\u001b[2J', err: '' });
  });

  it('-f goes on over a crash and restart of the coordinator', async () => {
    rmSync(coordinator().path('go'), { force: true });
    const { agent_id } = await deployed('--prompt', 'x', '--runtime', 'gate');
    const follow = start(['logs', agent_id, '-f']);
    await waitFor('the first line', () => follow.out() === 'first\n', { seen: follow.out });
    await coordinator().crash();
    await coordinator().start();
    writeFileSync(coordinator().path('go'), '');
    expect(await follow.end).toMatchObject({ code: 0, out: expect.stringContaining('last'), err: '' });
  });

  it('prints a large log whole before it ends', async () => {
    const { agent_id } = await deployed('--prompt', 'x', '--runtime', 'large');
    await coordinator().ended(agent_id);
    const { code, out } = await ziggie(['logs', agent_id, '--bytes', '0-']);
    expect([code, out.length]).toEqual([0, 3_000_000]);
  });

  it('ends quietly when its reader goes away, while the agent goes on', async () => {
    rmSync(coordinator().path('go'), { force: true });
    const { agent_id } = await deployed('--prompt', 'x', '--runtime', 'ticking');
    const follow = start(['logs', agent_id, '-f']);
    await waitFor('the first tick', () => follow.out().includes('tick'), { seen: follow.out });
    follow.child.stdout.destroy();
    expect(await follow.end).toMatchObject({ code: 0, err: '' });
    expect(await coordinator().client.get(agent_id)).toMatchObject({ ok: true, value: { status: 'running' } });
    writeFileSync(coordinator().path('go'), '');
    await coordinator().ended(agent_id);
  });
});

describe('stop', () => {
  it('stops a branch and names each agent with the step it took', async () => {
    writeFileSync(coordinator().path('prompts', 'long.md'), '@work 60s\n');
    const parent = await deployed('--prompt', '@deploy .1 prompts/long.md\n@wait');
    await waitFor('the child runs', async () => {
      const list = await coordinator().client.list({ parent_agent: parent.agent_id });
      return list.ok && list.value.agents[0]?.status === 'running';
    });
    const { code, out } = await ziggie(['stop', parent.agent_id, '--reason', 'enough', '--json']);
    const { stopped } = stopAnswerSchema.parse(JSON.parse(out));
    expect([code, stopped.map(({ status }) => status)]).toEqual([0, ['stopped', 'stopped']]);
    const again = await ziggie(['stop', parent.agent_id]);
    expect(again).toMatchObject({ code: 0 });
    expect(again.out).toContain(parent.agent_id);
  });
});

describe('serve', () => {
  it('serves a root until it is told to stop, and is not reachable after that', async () => {
    const root = mkdtempSync(join(tmpdir(), 'ziggie-serve-'));
    const serve = startZiggie(['serve', '--root', root, '--port', '0']);
    running.push(serve);
    await waitFor('it says where it serves', () => serve.out().includes('Dashboard'), { seen: serve.out });
    await waitFor('status finds it', async () => (await startZiggie(['status', '--root', root]).end).code === 0);
    const second = startZiggie(['serve', '--root', root, '--port', '0']);
    running.push(second);
    expect((await second.end).code).toBe(73);
    serve.child.kill('SIGTERM');
    expect((await serve.end).code).toBe(0);
    const after = await startZiggie(['ls', '--root', root, '--json']).end;
    expect([after.code, JSON.parse(after.out)]).toEqual([69, expect.objectContaining({ code: 'UNREACHABLE' })]);
    rmSync(root, { recursive: true });
  });
});
