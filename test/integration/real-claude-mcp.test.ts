/** The real Claude Code deploys, waits for and reads an agent below it through the coordinator's tools, by both ways in. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AgentRecord } from '../../protocol/record.ts';
import { claudeCli } from '../rig/claude-cli.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { type MessagesStub, startMessagesStub } from '../rig/messages-stub.ts';
import { waitFor } from '../rig/wait-for.ts';
import { ziggieCommand } from '../rig/ziggie-command.ts';

const cli = await claudeCli();
if ('skip' in cli) console.warn(`skipped: ${cli.skip}`);

const sections = ['Summary', 'Work completed', 'Results', 'Issues', 'Time'];
const report = (text: string): string =>
  `[[write:{{report_file}}:# Report of {{agent_id}}\n\n${sections.map((title) => `## ${title}\n\n${text}\n`).join('\n')}]]`;

/** As JSON inside the parent's script: the child's own places must be filled in by the child. */
const asJson = (args: Record<string, unknown>): string => JSON.stringify(args).replaceAll('{{', '\\u007b\\u007b');

/** The server that every agent has, and one that the administrator added: the same tools as a command. */
const ways = { http: 'ziggie', stdio: 'by_stdio' } as const;

describe.skipIf('skip' in cli)('Claude Code with the coordinator’s tools', { timeout: 120_000 }, () => {
  let stub: MessagesStub;
  let coordinator: TestCoordinator;
  let home: string;
  beforeAll(async () => {
    stub = await startMessagesStub();
    home = mkdtempSync(join(tmpdir(), 'ziggie-home-'));
    const added = join(home, 'added-mcp.json');
    const command = { command: process.execPath, args: [ziggieCommand, 'mcp'], alwaysLoad: true };
    writeFileSync(added, JSON.stringify({ mcpServers: { by_stdio: command } }));
    coordinator = await TestCoordinator.start({
      config: {
        default_runtime: 'claude',
        runtimes: {
          claude: {
            kind: 'claude',
            command: 'file' in cli ? cli.file : null,
            args: [`--mcp-config=${added}`, '--allowedTools=mcp__by_stdio'],
            env: {
              HOME: home,
              ANTHROPIC_BASE_URL: stub.url,
              ANTHROPIC_API_KEY: 'sk-ant-fake',
              DISABLE_TELEMETRY: '1',
              CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
            },
          },
        },
      },
    });
  });
  afterAll(async () => {
    const left = await coordinator.dispose();
    await stub.close();
    rmSync(home, { recursive: true, force: true });
    expect(left).toEqual([]);
  });

  const deploy = async (requestId: string, prompt: string): Promise<AgentRecord> => {
    const answer = await coordinator.dropAndAnswer({
      request_id: requestId,
      agent_type: 'L1',
      name: 'overwatch',
      config: { prompt, model: 'claude-sonnet-4-5' },
    });
    return coordinator.ended(answer.agent_id ?? '', 90_000);
  };

  test.each(['http', 'stdio'] as const)('deploys by %s, waits, reads the report, writes its own', async (way) => {
    const tool = (name: string, args: string): string => `[[tool:mcp__${ways[way]}__${name}:${args}]]`;
    const child = {
      agent_type: 'L2.1',
      name: 'worker',
      model: 'haiku',
      prompt: `${report('child done')}[[say:ended]]`,
    };
    const script = [
      tool('deploy_agent', asJson(child)),
      tool('wait_for_agents', '{"agent_ids":["{{result.agent_id}}"]}'),
      '[[bash:grep -c "child done" "{{result.ended.0.completion_report}}"]]',
      report('lines of my child: {{result}}'),
      '[[say:finished]]',
    ].join('');
    const parent = await deploy(`parent-${way}`, script);
    const log = coordinator.log(parent.agent_id);
    expect(parent, log).toMatchObject({ status: 'completed', report_problems: [], agent_type: 'L1' });
    expect(readFileSync(parent.completion_report, 'utf8')).toContain('lines of my child: 5');
    expect(parent.children, log).toHaveLength(1);
    const below = await coordinator.ended(parent.children[0] ?? '');
    expect(below).toMatchObject({
      ...{ status: 'completed', agent_type: 'L2.1', name: 'worker', model: 'haiku', report_problems: [], children: [] },
      ...{ parent_agent: parent.agent_id, level: 2 },
    });
    // The call of the tool is the request: sent again by the client, it would have been the same one.
    expect(below.request_id).toMatch(/^mcp_toolu_/);
    expect(log).toContain('"name":"ziggie","status":"connected"');
    expect(log).toContain('"name":"by_stdio","status":"connected"');
  });

  test('knows its tools from the first turn, and no token is in its files or on its command line', async () => {
    const parent = await deploy('sleeper', '[[bash:cat /proc/$PPID/cmdline | tr "\\\\0" " "]][[say:x]]');
    const file = readFileSync(coordinator.path('runs', parent.agent_id, 'mcp.json'), 'utf8');
    expect(JSON.parse(file)).toMatchObject({
      mcpServers: { ziggie: { url: `${coordinator.url}/mcp`, headers: { Authorization: 'Bearer ${ZIGGIE_TOKEN}' } } },
    });
    const token = /ZIGGIE_TOKEN=/;
    expect(coordinator.log(parent.agent_id)).toContain('--mcp-config=');
    expect(coordinator.log(parent.agent_id)).not.toMatch(token);
    const first = stub.requests.find(({ messages }) => JSON.stringify(messages).includes('/proc/$PPID/cmdline'));
    const names = (first?.tools ?? []).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['mcp__ziggie__deploy_agent', 'mcp__ziggie__submit_report']));
  });

  test('opens a session of its own again when its coordinator was started anew', async () => {
    const child = { agent_type: 'L2.1', prompt: '[[say:x]]', model: 'haiku', report_required: false };
    const flag = coordinator.path('go-on');
    const script = [
      `[[tool:mcp__ziggie__list_agents:{}]]`,
      `[[bash:touch "${flag}.ready"; until [ -f "${flag}" ]; do sleep 0.1; done]]`,
      `[[tool:mcp__ziggie__deploy_agent:${asJson(child)}]]`,
      `[[tool:mcp__ziggie__wait_for_agents:{}]]`,
      report('deployed after the restart'),
      '[[say:finished]]',
    ].join('');
    const answer = await coordinator.dropAndAnswer({
      request_id: 'across-restart',
      agent_type: 'L1',
      config: { prompt: script, model: 'claude-sonnet-4-5' },
    });
    await expect.poll(() => readFlag(`${flag}.ready`), { timeout: 60_000 }).toBe(true);
    const { port } = coordinator;
    await coordinator.crash();
    await coordinator.start(port);
    // It tries again by itself, with growing pauses; a call in between is answered that its server is not connected.
    await waitFor('it is connected again', () => connectionsTo(port) > 0, { timeoutMs: 60_000 });
    writeFileSync(flag, '');
    const parent = await coordinator.ended(answer.agent_id ?? '', 90_000);
    expect(parent.children, coordinator.log(parent.agent_id)).toHaveLength(1);
    expect(parent, coordinator.log(parent.agent_id)).toMatchObject({ status: 'completed', report_problems: [] });
  });
});

/** How many clients are connected to the port now. */
function connectionsTo(port: number): number {
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const isOne = (line: string): boolean => line.trim().split(/\s+/)[1] === local && / 01 /.test(line);
  return readFileSync('/proc/net/tcp', 'latin1').split('\n').filter(isOne).length;
}

function readFlag(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false; // Not there yet.
  }
}
