/** The commands for trees and projects: the built `ziggie` under plain `node`, against a running coordinator. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentRecordSchema } from '../../protocol/record.ts';
import { isAlive, TestCoordinator } from '../rig/coordinator.ts';
import { isConnected } from '../rig/proc.ts';
import { waitFor } from '../rig/wait-for.ts';
import { startZiggie } from '../rig/ziggie-command.ts';

const place: { coordinator?: TestCoordinator; folder?: string } = {};

const shell = (script: string) => ({ kind: 'command', command: '/bin/sh', args: ['-c', script], prompt: 'stdin' });
const config = {
  default_runtime: 'echo',
  runtimes: {
    echo: shell('cat'),
    failing: shell('exit 3'),
    gate: shell('while [ ! -e "$ZIGGIE_ROOT/go" ]; do sleep 0.05; done'),
  },
  limits: { grace_seconds: 1, min_free_memory_mb: 0 },
  report: { required: false },
};

beforeAll(async () => {
  place.coordinator = await TestCoordinator.start({ config });
  place.folder = mkdtempSync(join(tmpdir(), 'ziggie-project-'));
});
afterAll(async () => {
  await place.coordinator?.dispose();
  if (place.folder !== undefined) rmSync(place.folder, { recursive: true, force: true });
});

const root = (): string => place.coordinator?.root ?? '';
const ziggie = (args: readonly string[], options?: Parameters<typeof startZiggie>[1]) =>
  startZiggie([...args, '--root', root()], options).end;

async function deployed(...args: string[]) {
  const { out } = await ziggie(['deploy', '--json', '--prompt', 'hello', ...args]);
  return agentRecordSchema.parse(JSON.parse(out));
}

describe('a parent', () => {
  it('is an agent by its short id or an outside parent by its name, in every command', async () => {
    const parent = await deployed('--parent', 'overwatch_short', '--type', 'L1', '--runtime', 'gate');
    const short = parent.agent_id.split('_').at(-1) ?? '';
    const child = await deployed('--parent', short, '--runtime', 'gate');
    expect(child).toMatchObject({ parent_agent: parent.agent_id, agent_type: 'L2' });
    const file = join(place.folder ?? '', 'short.json');
    writeFileSync(file, JSON.stringify([{ agent_type: 'L2', config: { prompt: 'x', runtime: 'gate' } }]));
    const batch = await ziggie(['batch', file, '--parent', short, '--json']);
    expect(JSON.parse(batch.out)).toMatchObject({ agents: [{ parent_agent: parent.agent_id }] });
    const listed = JSON.parse((await ziggie(['ls', '--parent', short, '--json'])).out);
    expect(listed).toMatchObject({ total: 2, agents: [{ agent_id: child.agent_id }, {}] });
    const waited = await ziggie(['wait', '--children', 'overwatch_short', '--timeout', '0.01']);
    expect(waited).toMatchObject({
      code: 1,
      err: '',
      out: expect.stringContaining(`not yet ended: ${parent.agent_id}`),
    });
    for (const id of [short, 'overwatch_short']) expect((await ziggie(['tree', id])).out, id).toContain(child.agent_id);
    expect((await ziggie(['compliance', 'overwatch_short'])).out).toContain('Protocol v1.2');
    const digits = await ziggie(['deploy', '--prompt', 'x', '--type', 'L2', '--parent', '99102']);
    expect(digits).toMatchObject({ code: 2, err: expect.stringContaining('more than digits') });
    expect(await ziggie(['ls', '--parent', 'nobody'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('nobody named "nobody" is known here'),
    });
    expect((await ziggie(['ls', '--parent', child.agent_id])).out).toContain('No agent fits.');
    expect((await ziggie(['stop', parent.agent_id])).code).toBe(0);
    const { out } = await ziggie(['inbox', '--of', short]);
    const hint = /ziggie (inbox --of \S+ --ack \d+)\n$/.exec(out)?.[1]?.split(' ') ?? [];
    expect((await ziggie(hint)).out, out).toBe('Nothing new.\n');
  });
});

describe('trees', () => {
  it('draws who works for whom, outside parents included', async () => {
    const parent = await deployed('--parent', 'overwatch_cli', '--type', 'L2.1', '--runtime', 'gate', '--name', 'lead');
    const child = await deployed('--parent', parent.agent_id, '--type', 'L3.1.1', '--runtime', 'gate');
    const { code, out } = await ziggie(['tree']);
    expect(code).toBe(0);
    expect(out).toContain(
      ['overwatch_cli  outside, not started by this coordinator', `└─ L2.1  ${parent.agent_id}  lead  running`].join(
        '\n',
      ),
    );
    expect(out).toContain(`   └─ L3.1.1  ${child.agent_id}  running`);
    const branch = await ziggie(['tree', child.agent_id, '--json']);
    expect(JSON.parse(branch.out)).toMatchObject({ roots: [{ agent_id: child.agent_id, children: [] }] });
    expect((await ziggie(['stop', parent.agent_id])).code).toBe(0);
  });

  it('pauses and resumes a branch, and says who stayed as it was', async () => {
    const agent = await deployed('--runtime', 'gate');
    const paused = await ziggie(['pause', agent.agent_id, '--reason', 'let me look']);
    expect(paused).toMatchObject({ code: 0, out: `${agent.agent_id}  L1  paused\n` });
    const again = await ziggie(['pause', agent.agent_id]);
    expect([again.code, again.out]).toEqual([1, expect.stringContaining('unchanged: ')]);
    expect((await ziggie(['status', agent.agent_id])).out).toContain('let me look');
    expect((await ziggie(['resume', agent.agent_id])).out).toBe(`${agent.agent_id}  L1  running\n`);
    await ziggie(['stop', agent.agent_id]);
  });

  it('restarts what has ended, as its next attempt', async () => {
    const agent = await deployed('--runtime', 'failing', '--wait');
    expect(agent).toMatchObject({ status: 'failed', attempt: 1 });
    const restart = ['restart', agent.agent_id, '--request-id', 'cli-once-more'];
    expect((await ziggie(restart)).code).toBe(0);
    await ziggie(['wait', agent.agent_id]);
    // Asked once more under the same name, it runs no third time.
    await ziggie(restart);
    await ziggie(['wait', agent.agent_id]);
    expect(JSON.parse((await ziggie(['status', agent.agent_id, '--json'])).out)).toMatchObject({ attempt: 2 });
  });
});

describe('events', () => {
  it('tells what has happened, and with -f what happens', async () => {
    const agent = await deployed('--wait');
    const { code, out } = await ziggie(['events', agent.agent_id]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /L1 was accepted, child of nobody\n.*is being started\n.*started, pid \d+\n(.*\n)*.*completed: /,
    );
    const last = /^ *(\d+)/.exec(out.trimEnd().split('\n').at(-1) ?? '')?.[1] ?? '';
    expect((await ziggie(['events', agent.agent_id, '--since', last])).out).toBe('');
    const following = startZiggie(['events', '-f', '--since', last, '--json', '--root', root()]);
    const next = await deployed('--wait');
    await waitFor('its end is told', () =>
      following
        .out()
        .split('\n')
        .some((text) => text.includes('"agent_ended"') && text.includes(next.agent_id)),
    );
    following.child.kill('SIGKILL');
    await following.end;
  });
});

describe('being woken', () => {
  it('wait returns with 0 when all completed, 1 when one did not, and tells who is left at its limit', async () => {
    const good = await deployed();
    const bad = await deployed('--runtime', 'failing');
    const going = await deployed('--runtime', 'gate');
    expect((await ziggie(['wait', good.agent_id])).code).toBe(0);
    const both = await ziggie(['wait', good.agent_id, bad.agent_id]);
    expect([both.code, both.out]).toEqual([1, expect.stringMatching(/completed[\s\S]*failed/)]);
    const late = await ziggie(['wait', going.agent_id, '--timeout', '0.2']);
    expect(late).toMatchObject({ code: 1, out: `not yet ended: ${going.agent_id}\n` });
    expect((await ziggie(['wait', going.agent_id, good.agent_id, '--any'])).code).toBe(0);
    await ziggie(['stop', going.agent_id]);
  });

  it('the inbox keeps each end until it is acknowledged', async () => {
    const agent = await deployed('--parent', 'overwatch_inbox', '--type', 'L2.1');
    const first = await ziggie(['inbox', '--of', 'overwatch_inbox', '--timeout', '30']);
    expect(first.out).toContain(`${agent.agent_id}  ended: completed`);
    const [, seq = ''] = /--ack (\d+)/.exec(first.out) ?? [];
    expect((await ziggie(['inbox', '--of', 'overwatch_inbox'])).out).toBe(first.out);
    expect((await ziggie(['inbox', '--of', 'overwatch_inbox', '--ack', seq])).out).toBe('Nothing new.\n');
    expect(await ziggie(['inbox'])).toMatchObject({ code: 2, err: expect.stringContaining('name the parent') });
  });
});

describe('reports, batches, plans', () => {
  it('hands a report in and prints it', async () => {
    const agent = await deployed('--wait');
    expect((await ziggie(['report', agent.agent_id])).code).toBe(1);
    const given = await ziggie(['report', agent.agent_id, '--submit', '-'], {
      stdin: '# Done\n\nAll \u001b[2Jwell.\n',
    });
    expect(given.code).toBe(0);
    const { out } = await ziggie(['report', agent.agent_id]);
    expect(out).toContain('# Done');
    expect(out).not.toContain('\u001b[2J');
  });

  it('deploys several at once, or none and says which is wrong', async () => {
    const good = { agent_type: 'L1', config: { prompt: 'x' } };
    const file = join(place.folder ?? '', 'batch.json');
    writeFileSync(file, JSON.stringify([good, good]));
    const { code, out } = await ziggie(['batch', file]);
    expect([code, out.trim().split('\n').length]).toEqual([0, 2]);
    const refused = await ziggie(['batch', '-'], { stdin: JSON.stringify([good, { ...good, agent_type: 'boss' }]) });
    expect(refused).toMatchObject({ code: 2, out: '', err: expect.stringContaining('agents.1.agent_type') });
    expect((await ziggie(['batch', '-'], { stdin: '[' })).code).toBe(64);
  });

  it('plans, and ends with 1 when no division keeps the rules', async () => {
    const { code, out } = await ziggie(['plan', 'a=3', 'b=3', 'c=3', '--workers', '3']);
    expect([code, out]).toEqual([0, expect.stringContaining('balanced: largest share 33.3 %, the best there is')]);
    const uneven = await ziggie(['plan', 'a=8', 'b=1', 'c=1', '--workers', '3']);
    expect([uneven.code, uneven.out]).toEqual([1, expect.stringMatching(/not balanced[\s\S]*Split task a into/)]);
    expect(await ziggie(['plan', 'a', '--workers', '3'])).toMatchObject({
      code: 64,
      err: expect.stringContaining('Expected name=weight'),
    });
  });
});

describe('doctor, init, completion', () => {
  it('doctor says what is well and what is not, and how to mend it', async () => {
    const { code, out } = await ziggie(['doctor']);
    expect(code).toBe(0);
    expect(out).toContain(`answers at ${place.coordinator?.url}`);
    expect(out).toMatch(/ok +runtime echo +\/bin\/sh .*\(the default\)/);
    const nowhere = mkdtempSync(join(tmpdir(), 'ziggie-nowhere-'));
    writeFileSync(join(nowhere, 'config.json'), '{"prot": 1}');
    const other = await startZiggie(['doctor', '--root', nowhere, '--json']).end;
    rmSync(nowhere, { recursive: true });
    expect(other.code).toBe(1);
    const { checks } = JSON.parse(other.out) as { checks: { name: string; state: string; message: string }[] };
    expect(checks.find(({ name }) => name === 'config.json')).toMatchObject({
      state: 'fail',
      message: expect.stringContaining('did you mean "port"?'),
    });
    expect(checks.find(({ name }) => name === 'coordinator')).toMatchObject({ state: 'warn' });
  });

  it('init shows first, writes only when told to, keeps what is there, and is done once', async () => {
    const folder = place.folder ?? '';
    const mcp = join(folder, '.mcp.json');
    const before = '{"mcpServers": {"other": {"command": "x"}}, "kept": 1}';
    writeFileSync(mcp, before);
    writeFileSync(join(folder, 'AGENTS.md'), '# Ours\n');
    const asked = await ziggie(['init', folder]);
    expect(asked.code).toBe(1);
    expect(asked.out).toContain('changed: .mcp.json');
    expect(readFileSync(mcp, 'utf8')).toBe(before);
    expect((await ziggie(['init', folder, '--yes'])).code).toBe(0);
    const written = JSON.parse(readFileSync(mcp, 'utf8')) as Record<string, unknown>;
    expect(written).toMatchObject({
      kept: 1,
      mcpServers: { other: { command: 'x' }, ziggie: { args: expect.anything() } },
    });
    expect(await initialized(written)).toContain('"serverInfo"');
    expect(readFileSync(join(folder, 'AGENTS.md'), 'utf8')).toMatch(/^# Ours\n\n<!-- ziggie:begin -->\n## Deploying/);
    expect(await ziggie(['init', folder])).toMatchObject({ code: 0, out: 'Everything is there already.\n' });
    writeFileSync(mcp, '{');
    expect(await ziggie(['init', folder, '--yes'])).toMatchObject({
      code: 64,
      err: expect.stringContaining('it was not touched'),
    });
    expect(readFileSync(mcp, 'utf8')).toBe('{');
  });

  it('completion gives a script, and the script asks for what fits', async () => {
    expect((await ziggie(['completion', 'bash'])).out).toContain('ziggie');
    const offered = await startZiggie(['complete', '--', 'pa']).end;
    expect(offered.out).toMatch(/^pause\t/m);
    expect(offered.out).not.toMatch(/^stop\t/m);
  });

  it('a wait outlives a restart of the coordinator', async () => {
    const agent = await deployed('--runtime', 'gate');
    const waiting = startZiggie(['wait', agent.agent_id, '--root', root()]);
    const { port = 0 } = place.coordinator ?? {};
    await waitFor('it has asked', () => isConnected(waiting.child.pid ?? 0, port));
    await place.coordinator?.crash();
    expect(isAlive(agent.pid ?? 0)).toBe(true);
    await place.coordinator?.start();
    writeFileSync(join(root(), 'go'), '');
    expect(await waiting.end).toMatchObject({ code: 0, out: expect.stringContaining('completed') });
    await waitFor('it is gone', () => !isAlive(agent.pid ?? 0));
  });
});

/** Starts the server of a .mcp.json as an agent CLI does, without a shell; what it first says. */
async function initialized(file: Record<string, unknown>): Promise<string> {
  const { ziggie: server } = file['mcpServers'] as Record<
    string,
    { command: string; args: string[]; env?: Record<string, string> }
  >;
  if (server === undefined) throw new Error('the file has no entry of ours');
  const env = { ...process.env, ...server.env, ZIGGIE_ROOT: root() };
  const child = spawn(server.command, server.args, { env, stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    const said: Promise<string> = once(child.stdout, 'data', { signal: AbortSignal.timeout(20_000) }).then(([chunk]) =>
      String(chunk),
    );
    const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } };
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params })}\n`);
    return await said;
  } finally {
    child.kill();
  }
}
