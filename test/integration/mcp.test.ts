/** The nine tools, over HTTP and over stdio, against a coordinator that runs: same calls, same answers. */
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { TestCoordinator } from '../rig/coordinator.ts';
import { type McpClient, mcpOverHttp, mcpOverStdio } from '../rig/mcp-client.ts';
import { waitFor } from '../rig/wait-for.ts';
import { startZiggie } from '../rig/ziggie-command.ts';

const sections = ['Summary', 'Work completed', 'Results', 'Issues', 'Time'];
const reportOf = (id: string): string =>
  `# Report of ${id}\n\n${sections.map((title) => `## ${title}\n\ndone\n`).join('\n')}`;

/** An agent that prints, among other things, what would take over a terminal. */
const noisy = [
  'printf "\\033]0;PWN\\007\\033[2J\\033]8;;javascript:alert(1)\\007x\\033]8;;\\007 \\033[31mred\\033[0m \\302\\2331m caf\\303\\251\\n"',
  'sleep 300',
].join('; ');
const config = {
  default_runtime: 'demo',
  runtimes: {
    demo: { kind: 'demo' },
    noisy: { kind: 'command', command: '/bin/sh', args: ['-c', noisy] },
    sleeper: { kind: 'command', command: '/bin/sleep', args: ['300'] },
    quick: { kind: 'command', command: '/bin/true' },
  },
};

describe.each(['http', 'stdio'] as const)('the tools over %s', { timeout: 60_000 }, (way) => {
  let coordinator: TestCoordinator;
  let mcp: McpClient;
  const connect = (token: string): Promise<McpClient> =>
    way === 'http'
      ? mcpOverHttp(coordinator.url, token)
      : mcpOverStdio({ ZIGGIE_URL: coordinator.url, ZIGGIE_TOKEN: token });
  const clients: McpClient[] = [];
  /** One with the rights of an agent that lives. */
  const asAgent = async (id: string): Promise<McpClient> => {
    const token = await coordinator.agentToken(id);
    const client =
      way === 'http'
        ? await mcpOverHttp(coordinator.url, token)
        : await mcpOverStdio({ ZIGGIE_URL: coordinator.url, ZIGGIE_TOKEN: token, ZIGGIE_AGENT_ID: id });
    clients.push(client);
    return client;
  };
  const deploy = async (args: Record<string, unknown>, by = mcp): Promise<string> => {
    const deployed = await by.call('deploy_agent', { agent_type: 'L1', report_required: false, prompt: 'x', ...args });
    expect(deployed.code, deployed.text).toBeNull();
    return String(deployed.content['agent_id']);
  };
  const running = (id: string) =>
    waitFor(`${id} runs`, async () => {
      const record = await coordinator.client.get(id);
      return record.ok && record.value.status === 'running' ? record.value : null;
    });

  beforeAll(async () => {
    coordinator = await TestCoordinator.start({ config });
    mcp = await connect(coordinator.token);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });
  afterAll(async () => {
    await mcp.close();
    await coordinator.dispose();
  });

  test('nine, each with a schema for what it takes and what it gives', async () => {
    const { tools } = await mcp.client.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual([
      'agent_status',
      'deploy_agent',
      'deploy_agents',
      'list_agents',
      'plan_workload',
      'read_agent_log',
      'stop_agent',
      'submit_report',
      'wait_for_agents',
    ]);
    for (const tool of tools) {
      expect(tool.description?.length, tool.name).toBeGreaterThan(80);
      expect(tool.description?.length, tool.name).toBeLessThan(700);
      expect(tool.inputSchema.type, tool.name).toBe('object');
      expect(tool.outputSchema?.type, tool.name).toBe('object');
    }
  });

  test('deploy, wait, read the report: an agent from its prompt to its end', async () => {
    const id = await deploy({ name: 'worker', prompt: '@say hello\n@report All done.', report_required: true });
    const waited = await mcp.call('wait_for_agents', { agent_ids: [id] });
    expect(waited.content, waited.text).toMatchObject({
      done: true,
      pending: [],
      ended: [
        { agent_id: id, name: 'worker', status: 'completed', completion_report_exists: true, report_problems: [] },
      ],
    });
    const status = await mcp.call('agent_status', { agent_id: id });
    const record = await coordinator.client.get(id);
    expect(record.ok && record.value).toEqual(status.content);
    const log = await mcp.call('read_agent_log', { agent_id: id });
    expect(log.content).toMatchObject({ agent_id: id, start: 0 });
    expect(log.text).toContain('hello');
  });

  test('a call that is made twice with one id of the client starts one agent', async () => {
    const args = { agent_type: 'L1', runtime: 'quick', report_required: false, prompt: 'once' };
    const first = await mcp.call('deploy_agent', args, { toolUseId: `toolu_twice_${way}` });
    const again = await mcp.call('deploy_agent', args, { toolUseId: `toolu_twice_${way}` });
    expect(first.content).toMatchObject({ replayed: false });
    expect(again.content).toMatchObject({ agent_id: first.content['agent_id'], replayed: true });
    const other = await mcp.call('deploy_agent', { ...args, prompt: 'other' }, { toolUseId: `toolu_twice_${way}` });
    expect(other.code).toBe('DUPLICATE_REQUEST_MISMATCH');
  });

  test('several at once: all of them, in order, or none and why', async () => {
    const one = { runtime: 'quick', report_required: false, prompt: 'x' };
    const before = await mcp.call('list_agents');
    const bad = await mcp.call('deploy_agents', {
      agents: [
        { ...one, agent_type: 'L1' },
        { ...one, agent_type: 'L1', runtime: 'nowhere' },
      ],
    });
    expect(bad.code, bad.text).toBe('UNKNOWN_RUNTIME');
    expect((await mcp.call('list_agents')).content['total']).toBe(before.content['total']);
    const good = await mcp.call('deploy_agents', {
      agents: [
        { ...one, agent_type: 'L1', name: 'first' },
        { ...one, agent_type: 'L1', name: 'second' },
      ],
    });
    expect(good.content, good.text).toMatchObject({ agents: [{ name: 'first' }, { name: 'second' }], replayed: false });
    const agents = good.content['agents'] as { agent_id: string }[];
    const waited = await mcp.call('wait_for_agents', { agent_ids: agents.map(({ agent_id }) => agent_id) });
    expect(waited.content).toMatchObject({ done: true });
  });

  test('a plan that is balanced, and one that tells what to split', async () => {
    const weights = (...all: number[]) => all.map((weight, index) => ({ id: `t${index}`, weight }));
    const good = await mcp.call('plan_workload', { tasks: weights(1, 1, 1), workers: 3 });
    expect(good.content, good.text).toMatchObject({ is_balanced: true, split: [] });
    const bad = await mcp.call('plan_workload', { tasks: weights(8, 1, 1), workers: 3 });
    expect(bad.content).toMatchObject({ is_balanced: false, split: [{ task: 't0' }] });
  });

  test('a list in pages, filtered', async () => {
    for (const name of ['p1', 'p2', 'p3']) await deploy({ name, runtime: 'quick' });
    const page = await mcp.call('list_agents', { limit: 2, level: 1 });
    expect(page.content['agents']).toHaveLength(2);
    const next = await mcp.call('list_agents', { limit: 2, level: 1, cursor: page.content['next_cursor'] });
    const ids = [page, next].flatMap(({ content }) => content['agents'] as { agent_id: string }[]);
    expect(new Set(ids.map(({ agent_id }) => agent_id)).size).toBe(4);
  });

  test('case 73: no control byte of a log reaches the text or the content of a result', async () => {
    const id = await deploy({ runtime: 'noisy' });
    await running(id);
    const log = await waitFor('it has printed', async () => {
      const read = await mcp.call('read_agent_log', { agent_id: id });
      return read.text.includes('caf') ? read : null;
    });
    // Lines may end; nothing else that controls is left, in either form.
    expect(JSON.stringify([log.text, log.content])).not.toMatch(/\\u00[01][0-9a-f]|[\u007f-\u009f]/);
    expect(log.text).toContain('red');
    expect(log.text).toContain('café');
    const end = log.content['end'];
    const more = await mcp.call('read_agent_log', { agent_id: id, offset: end });
    expect(more.content).toMatchObject({ text: '', start: end, end });
    const part = await mcp.call('read_agent_log', { agent_id: id, offset: 0, max_bytes: 8 });
    expect(part.content).toMatchObject({ start: 0, end: 8, total: end });
    const stopped = await mcp.call('stop_agent', { agent_id: id, reason: 'seen enough' });
    expect(stopped.content, stopped.text).toMatchObject({
      agent_id: id,
      status: 'stopped',
      stopped: [{ survivors: [] }],
    });
  });

  test('refusals are results with the code of the catalogue, never errors of the protocol', async () => {
    const refused: [string, Record<string, unknown>, string][] = [
      ['deploy_agent', { agent_type: 'L1' }, 'PROMPT_NOT_FOUND'],
      ['deploy_agent', { agent_type: 'nine', prompt: 'x' }, 'INVALID_REQUEST'],
      ['deploy_agent', { agent_type: 'L1', prompt: 'x', runtime: 'nowhere' }, 'UNKNOWN_RUNTIME'],
      ['agent_status', { agent_id: 'agent_20200101_000000_1' }, 'UNKNOWN_AGENT'],
      ['agent_status', {}, 'INVALID_REQUEST'],
      ['stop_agent', { agent_id: '../x' }, 'INVALID_REQUEST'],
      ['read_agent_log', { agent_id: 'agent_20200101_000000_1' }, 'UNKNOWN_AGENT'],
      ['read_agent_log', { agent_id: 'a', offset: -1 }, 'INVALID_REQUEST'],
      ['wait_for_agents', { agent_ids: [], timeout: 1 }, 'INVALID_REQUEST'],
      ['wait_for_agents', { timeout: 'long' }, 'INVALID_REQUEST'],
      ['plan_workload', { tasks: [], workers: 0 }, 'INVALID_REQUEST'],
      ['list_agents', { cursor: 'not-ours' }, 'INVALID_REQUEST'],
      ['no_such_tool', {}, 'UNKNOWN_ACTION'],
    ];
    for (const [tool, args, code] of refused) {
      const result = await mcp.call(tool, args);
      expect([tool, args, result.code]).toEqual([tool, args, code]);
      expect(result.meta).toMatchObject({ 'ziggie/failure': { code } });
    }
  });

  test('null is the same as left out', async () => {
    const id = await deploy({ name: null, model: null, priority: null, group: null, runtime: 'quick' });
    expect((await mcp.call('agent_status', { agent_id: id })).content).toMatchObject({ name: null, priority: 5 });
  });

  test('an agent deploys under itself, sees its own branch only, and hands in its own report', async () => {
    const parent = await deploy({ runtime: 'sleeper', report_required: true });
    const stranger = await deploy({ runtime: 'quick' });
    await running(parent);
    const agent = await asAgent(parent);
    const child = await deploy({ agent_type: 'L2.1', runtime: 'quick' }, agent);
    const seen = await agent.call('list_agents');
    expect((seen.content['agents'] as { agent_id: string }[]).map(({ agent_id }) => agent_id)).toEqual([parent, child]);
    expect((await agent.call('agent_status', { agent_id: stranger })).code).toBe('UNKNOWN_AGENT');
    expect((await agent.call('read_agent_log', { agent_id: stranger })).code).toBe('UNKNOWN_AGENT');
    const waited = await agent.call('wait_for_agents');
    expect(waited.content).toMatchObject({ done: true, ended: [{ agent_id: child, status: 'completed' }] });
    const bad = await agent.call('submit_report', { markdown: '# nothing' });
    expect((bad.content['report_problems'] as unknown[] | undefined)?.length, bad.text).toBeGreaterThan(0);
    const good = await agent.call('submit_report', { markdown: reportOf(parent) });
    expect(good.content, good.text).toMatchObject({ agent_id: parent, exists: true, report_problems: [] });
    await mcp.call('stop_agent', { agent_id: parent });
  });

  test('a parent is told of each child once, and again until its answer arrived', async () => {
    const parent = await deploy({ runtime: 'sleeper' });
    await running(parent);
    const agent = await asAgent(parent);
    const first = await deploy({ agent_type: 'L2.1', runtime: 'quick' }, agent);
    const second = await deploy({ agent_type: 'L2.2', runtime: 'quick' }, agent);
    await coordinator.ended(second);
    await coordinator.ended(first);
    const inbox = () => coordinator.client.inbox({ agent_id: parent });
    const told = await agent.call('wait_for_agents', { agent_ids: [first] });
    expect(told.content).toMatchObject({
      ended: [{ agent_id: first }],
      news: [{ type: 'child_ended', agent_id: second }],
    });
    // Whether that answer arrived is not known yet.
    expect(await inbox()).toMatchObject({ ok: true, value: { messages: [{}, {}] } });
    const later = await agent.call('wait_for_agents', { agent_ids: [first], timeout: 0 });
    expect(later.content).toMatchObject({ ended: [{ agent_id: first }], news: [] });
    expect(await inbox()).toMatchObject({ ok: true, value: { messages: [] } });
    await mcp.call('stop_agent', { agent_id: parent });
  });

  test('a wait that is longer than clients keep silent tells that it goes on', async () => {
    const id = await deploy({ runtime: 'sleeper' });
    await running(id);
    const heard: string[] = [];
    const stop = waitFor('progress', () => heard.length > 0, { timeoutMs: 40_000 }).then(() =>
      mcp.call('stop_agent', { agent_id: id }),
    );
    const waited = await mcp.call(
      'wait_for_agents',
      { agent_ids: [id], timeout: 100 },
      { onprogress: ({ message = '' }) => heard.push(message) },
    );
    await stop;
    expect(waited.content, waited.text).toMatchObject({ done: true, ended: [{ agent_id: id, status: 'stopped' }] });
  });

  test('a wait whose time is over says who is still at work', async () => {
    const id = await deploy({ runtime: 'sleeper' });
    const waited = await mcp.call('wait_for_agents', { agent_ids: [id], timeout: 0.2 });
    expect(waited.content).toMatchObject({ done: false, ended: [], pending: [id] });
    await mcp.call('stop_agent', { agent_id: id });
  });
});

describe('ziggie mcp', { timeout: 60_000 }, () => {
  test('says in its answers that no coordinator runs, and serves as soon as one does, and again after a restart', async () => {
    const coordinator = await TestCoordinator.start({ config });
    onTestFinished(async () => void (await coordinator.dispose()));
    await coordinator.stop();
    const mcp = await mcpOverStdio({ ZIGGIE_ROOT: coordinator.root });
    onTestFinished(() => mcp.close());
    const away = await mcp.call('list_agents');
    expect(away.code, away.text).toBe('UNREACHABLE');
    expect(away.text).toContain('ziggie serve');
    await coordinator.start();
    expect((await mcp.call('list_agents')).content).toMatchObject({ total: 0 });
    const deployed = await mcp.call('deploy_agent', {
      agent_type: 'L1',
      runtime: 'sleeper',
      prompt: 'x',
      report_required: false,
    });
    const id = String(deployed.content['agent_id']);
    const waiting = mcp.call('wait_for_agents', { agent_ids: [id], timeout: 60 });
    await coordinator.crash();
    await coordinator.start(); // At another port.
    await mcp.call('stop_agent', { agent_id: id });
    expect((await waiting).content).toMatchObject({ done: true, ended: [{ agent_id: id, status: 'stopped' }] });
  });

  test('outlives garbage on its input, says nothing but the protocol, and ends with its input', async () => {
    const root = join(import.meta.dirname, 'no-such-root');
    const lines = [
      '{',
      'null',
      '[]',
      '{"jsonrpc":"2.0","id":1,"method":"nothing"}',
      '{"jsonrpc":"2.0","id":2,"method":"ping"}',
      '\u0000\u0001',
    ];
    const run = startZiggie(['mcp', '--root', root], { stdin: `${lines.join('\n')}\n` });
    const { code, out, err } = await run.end;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const answers = out
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text) as { id: number });
    expect(answers.map(({ id }) => id)).toEqual([1, 2]);
  });
});

test('the log of an agent that was replaced by a link is not shown', async () => {
  const coordinator = await TestCoordinator.start({ config });
  onTestFinished(async () => void (await coordinator.dispose()));
  const mcp = await mcpOverHttp(coordinator.url, coordinator.token);
  onTestFinished(() => mcp.close());
  const deployed = await mcp.call('deploy_agent', {
    agent_type: 'L1',
    runtime: 'quick',
    prompt: 'x',
    report_required: false,
  });
  const record = await coordinator.ended(String(deployed.content['agent_id']));
  writeFileSync(coordinator.path('secret'), 'secret');
  rmSync(record.log_file);
  symlinkSync(coordinator.path('secret'), record.log_file);
  const read = await mcp.call('read_agent_log', { agent_id: record.agent_id });
  expect([read.code, read.text.includes('secret')]).toEqual(['NOT_ALLOWED', false]);
});
