/**
 * Five ways to one tree: the real Claude Code deploys the same child, waits for it, reads its report and writes its own, by
 * tools over HTTP, by tools over stdio, by request files, by curl and by the command. All but the door is one script, and
 * what stands there afterwards must be the same.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TreeNode } from '../../protocol/queries.ts';
import type { AgentRecord } from '../../protocol/record.ts';
import { claudeCli } from '../rig/claude-cli.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { type MessagesStub, startMessagesStub } from '../rig/messages-stub.ts';
import { valueOf } from '../rig/result.ts';
import { ziggieCommand } from '../rig/ziggie-command.ts';

const cli = await claudeCli();
if ('skip' in cli) console.warn(`skipped: ${cli.skip}`);

const sections = ['Summary', 'Work completed', 'Results', 'Issues', 'Time'];
const report = (text: string): string =>
  `[[write:{{report_file}}:# Report of {{agent_id}}\n\n${sections.map((title) => `## ${title}\n\n${text}\n`).join('\n')}]]`;

const promptFile = 'prompts/worker.md';
const child = { agent_type: 'L2.1', name: 'worker', prompt_file: promptFile, model: 'haiku' };
/** The same as the protocol writes it. `{{agent_id}}` is the parent's, filled in when the parent's turn comes. */
const deployRequest = (requestId: string): string =>
  JSON.stringify({
    request_id: requestId,
    action: 'deploy',
    agent_type: child.agent_type,
    parent_agent: '{{agent_id}}',
    name: child.name,
    config: { prompt_file: promptFile, model: child.model },
  });
const waitRequest = (requestId: string): string =>
  JSON.stringify({ request_id: requestId, action: 'wait', agent_ids: ['{{result.agent_id}}'], timeout: 60 });

/** Each makes markers of the script; what its last tool call prints or returns is the answer as JSON. */
interface Door {
  readonly deploy: string;
  readonly wait: string;
}

const byTool = (server: string): Door => ({
  deploy: `[[tool:mcp__${server}__deploy_agent:${JSON.stringify(child)}]]`,
  wait: `[[tool:mcp__${server}__wait_for_agents:{"agent_ids":["{{result.agent_id}}"]}]]`,
});

/** As the agent's instructions say: whole under another name, then renamed; the answer file is looked for until it is there. */
const byFile = (name: string, request: string): string =>
  `[[write:{{root}}/requests/${name}.json.tmp:${request}]]` +
  `[[bash:cd "$ZIGGIE_ROOT" && mv requests/${name}.json.tmp requests/${name}.json; ` +
  `for i in $(seq 600); do ls responses/${name}_*.json >/dev/null 2>&1 && break; sleep 0.1; done; cat responses/${name}_*.json]]`;

const byCurl = (path: string, request: string): string =>
  `[[bash:curl -sS -H "Authorization: Bearer $ZIGGIE_TOKEN" -H 'Content-Type: application/json' --data @- ` +
  `"$ZIGGIE_URL/api/coordinator/${path}" <<'JSON'\n${request}\nJSON\n]]`;

const doors: Readonly<Record<string, Door>> = {
  'MCP over HTTP': byTool('ziggie'),
  'MCP over stdio': byTool('by_stdio'),
  'request files': {
    deploy: byFile('file-deploy', deployRequest('file-deploy')),
    wait: byFile('file-wait', waitRequest('file-wait')),
  },
  curl: { deploy: byCurl('deploy', deployRequest('curl-deploy')), wait: byCurl('wait', waitRequest('curl-wait')) },
  'the command': {
    deploy: `[[bash:cd "$ZIGGIE_ROOT" && ziggie deploy --json --type L2.1 --name worker --model haiku --prompt-file ${promptFile}]]`,
    wait: '[[bash:ziggie wait --json {{result.agent_id}}]]',
  },
};

describe.skipIf('skip' in cli)('one tree by five doors', { timeout: 120_000 }, () => {
  let stub: MessagesStub;
  let coordinator: TestCoordinator;
  let home: string;
  const trees = new Map<string, unknown>();
  beforeAll(async () => {
    stub = await startMessagesStub();
    home = mkdtempSync(join(tmpdir(), 'ziggie-home-'));
    const added = join(home, 'added-mcp.json');
    const server = { command: process.execPath, args: [ziggieCommand, 'mcp'], alwaysLoad: true };
    writeFileSync(added, JSON.stringify({ mcpServers: { by_stdio: server } }));
    const command = `#!/bin/sh\nexec "${process.execPath}" "${ziggieCommand}" "$@"\n`;
    writeFileSync(join(home, 'ziggie'), command, { mode: 0o755 });
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
              PATH: [home, process.env['PATH'] ?? '/usr/bin:/bin'].join(delimiter),
              ANTHROPIC_BASE_URL: stub.url,
              ANTHROPIC_API_KEY: 'sk-ant-fake',
              DISABLE_TELEMETRY: '1',
              CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
            },
          },
        },
      },
    });
    writeFileSync(coordinator.path(promptFile), `${report('child done')}[[say:ended]]`);
  });
  afterAll(async () => {
    const left = await coordinator.dispose();
    await stub.close();
    rmSync(home, { recursive: true, force: true });
    expect(left).toEqual([]);
  });

  test.each(Object.keys(doors))('deploys, waits, reads and reports by %s', async (name) => {
    const { deploy, wait } = doors[name] as Door;
    const prompt = [
      deploy.replaceAll('{{root}}', coordinator.root),
      wait.replaceAll('{{root}}', coordinator.root),
      '[[bash:grep -c "child done" "{{result.ended.0.completion_report}}"]]',
      report('lines of my child: {{result}}'),
      '[[say:finished]]',
    ].join('');
    const answer = await coordinator.dropAndAnswer({
      request_id: `parent-by-${name.replaceAll(' ', '-')}`,
      agent_type: 'L1',
      name: 'overwatch',
      config: { prompt, model: 'claude-sonnet-4-5' },
    });
    const parent = await coordinator.ended(answer.agent_id ?? '', 90_000);
    const log = coordinator.log(parent.agent_id);
    expect(parent, log).toMatchObject({ status: 'completed', report_problems: [] });
    expect(readFileSync(parent.completion_report, 'utf8')).toContain('lines of my child: 5');
    const [root] = valueOf(await coordinator.client.tree(parent.agent_id)).roots;
    expect(root?.children, log).toHaveLength(1);
    trees.set(name, normalTree(root as TreeNode));
  });

  test('and the trees are equal', () => {
    expect([...trees.keys()]).toEqual(Object.keys(doors));
    const [first] = trees.values();
    expect(first).toMatchObject({ agent_type: 'L1', children: [{ agent_type: 'L2.1', status: 'completed' }] });
    for (const [name, tree] of trees) expect(tree, name).toEqual(first);
  });

  /** Ids become the agents' places in the tree; what two runs of the same do not share (times, pids, figures) goes. */
  function normalTree(root: TreeNode): unknown {
    const ids: string[] = [];
    const collect = ({ agent_id, children }: TreeNode): void => {
      ids.push(agent_id);
      children.forEach(collect);
    };
    collect(root);
    const withoutIds = (text: string): string =>
      ids.reduce((rest, id, place) => rest.replaceAll(id, `<agent ${place}>`), text);
    const normal = ({ agent, children, level }: TreeNode): unknown => {
      const record = agent as AgentRecord;
      return {
        level,
        ...Object.fromEntries(Object.entries(record).filter(([field]) => !chance.has(field))),
        report: readFileSync(record.completion_report, 'utf8'),
        state: coordinator.state(record.agent_id).status,
        events: eventsOf(record.agent_id),
        children: children.map(normal),
      };
    };
    return JSON.parse(withoutIds(JSON.stringify(normal(root))));
  }

  /** What happened to it, in order. How often its usage was told depends on how many turns its door takes. */
  function eventsOf(agentId: string): string[] {
    return coordinator.journal().flatMap(({ event }) => {
      const isIts =
        event.type === 'agent_accepted'
          ? event.facts.agent_id === agentId
          : 'agent_id' in event && event.agent_id === agentId;
      return isIts && event.type !== 'agent_usage' ? [event.type] : [];
    });
  }
});

const chance = new Set<string>([
  ...['request_id', 'pid', 'evidence', 'deployed_at', 'queued_at', 'started_at', 'completed_at'],
  ...[
    'execution_time_seconds',
    'cpu_percent',
    'memory_mb',
    'cpu_percent_avg',
    'memory_mb_peak',
    'actual_workload',
    'balance',
  ],
  // The parent's turns differ from door to door, and so does what they cost.
  ...['tokens', 'cost_usd', 'session_id'],
  // Whether a helper of the program is still on its way out when it ends is luck; that none survives is compared.
  'reaped',
]);
