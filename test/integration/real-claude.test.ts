/**
 * The main job on real input: the real Claude Code, deployed by a JSON file renamed into requests/, against a stub of the
 * model's API. What it did must be told the same by answer, state file, log, report, journal and API.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { claudeCli } from '../rig/claude-cli.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { type MessagesStub, startMessagesStub } from '../rig/messages-stub.ts';

const cli = await claudeCli();
if ('skip' in cli) console.warn(`skipped: ${cli.skip}`);

const sections = ['Summary', 'Work completed', 'Results', 'Issues', 'Time'];
/** The report a scripted agent writes with its own Write tool. */
const report = (text: string): string =>
  `[[write:{{report_file}}:# Report of {{agent_id}}\n\n${sections.map((title) => `## ${title}\n\n${text}\n`).join('\n')}]]`;

describe.skipIf('skip' in cli)('Claude Code deployed by a request file', { timeout: 90_000 }, () => {
  let stub: MessagesStub;
  let coordinator: TestCoordinator;
  let home: string;
  beforeAll(async () => {
    stub = await startMessagesStub();
    home = mkdtempSync(join(tmpdir(), 'ziggie-home-'));
    coordinator = await TestCoordinator.start({
      config: {
        default_runtime: 'claude',
        runtimes: {
          claude: {
            kind: 'claude',
            command: 'file' in cli ? cli.file : null,
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
  afterEach(() => {
    expect(coordinator.processes(), 'nothing is left of it').toEqual([]);
  });

  test('works, writes its report with its own tools, ends, and everything agrees', async () => {
    const answer = await coordinator.dropAndAnswer({
      request_id: 'real-1',
      action: 'deploy',
      agent_type: 'L1',
      name: 'real',
      config: {
        prompt: `[[tokens:1000:50]][[bash:echo from-bash > proof.txt]][[tokens:500:40]]${report('done')}[[say:finished]]`,
        model: 'claude-sonnet-4-5',
      },
    });
    expect(answer, JSON.stringify(answer)).toMatchObject({ status: 'running', runtime: 'claude', name: 'real' });
    const agentId = answer.agent_id ?? '';
    const record = await coordinator.ended(agentId, 60_000);

    expect(record, coordinator.log(agentId)).toMatchObject({
      status: 'completed',
      exit_code: 0,
      signal: null,
      completion_report_exists: true,
      report_problems: [],
      pid: answer.pid,
    });
    expect(coordinator.state(agentId)).toEqual(record);
    expect(readFileSync(coordinator.path('proof.txt'), 'utf8')).toBe('from-bash\n');
    expect(readFileSync(record.completion_report, 'utf8')).toContain(agentId);

    const lines = coordinator
      .log(agentId)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const result = lines.find(({ type }) => type === 'result');
    expect(result).toMatchObject({
      subtype: 'success',
      is_error: false,
      session_id: record.session_id,
      total_cost_usd: record.cost_usd,
    });
    const billed = (key: 'input_tokens' | 'output_tokens'): number =>
      stub.billed.reduce((sum, usage) => sum + usage[key], 0);
    expect(record.tokens).toMatchObject({ input: billed('input_tokens'), output: billed('output_tokens') });
    expect(record.cost_usd).toBeGreaterThan(0);

    const events = coordinator
      .journal()
      .map(({ event }) => event)
      .filter((event) => 'agent_id' in event && event.agent_id === agentId);
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['agent_starting', 'agent_started', 'agent_usage', 'agent_ended']),
    );
    expect(events.at(-1)).toMatchObject({ type: 'agent_ended', ending: { status: 'completed', exit_code: 0 } });
    const told = await coordinator.client.report(agentId);
    expect(told).toMatchObject({ ok: true, value: { exists: true, report_problems: [] } });
  });

  test('a Claude L1 deploys an L2 by writing a request file itself, and reads the answer', async () => {
    const childPrompt = `${report('child done')}[[say:child finished]]`;
    const request = JSON.stringify({
      request_id: 'child-of-claude',
      action: 'deploy',
      agent_type: 'L2.1',
      parent_agent: '{{agent_id}}',
      name: 'child',
      config: { prompt: childPrompt.replaceAll('{{', '<<').replaceAll('}}', '>>'), model: 'haiku' },
    });
    // The child's own placeholders must reach the child: they are restored after the parent's script was filled in.
    const write = `[[write:${coordinator.path('requests', 'child.tmp')}:${request}]]`;
    const rename = `[[bash:cd "$ZIGGIE_ROOT" && sed -i 's/<</{{/g; s/>>/}}/g' requests/child.tmp && mv requests/child.tmp requests/child-of-claude.json]]`;
    const read = `[[bash:cd "$ZIGGIE_ROOT" && for i in $(seq 100); do test -f responses/child-of-claude_response.json && break; sleep 0.1; done; cat responses/child-of-claude_response.json]]`;
    const answer = await coordinator.dropAndAnswer({
      request_id: 'parent-claude',
      agent_type: 'L1',
      config: {
        prompt: `${write}${rename}${read}${report('deployed one')}[[say:parent finished]]`,
        model: 'claude-sonnet-4-5',
      },
    });
    const parent = await coordinator.ended(answer.agent_id ?? '', 60_000);
    expect(parent, coordinator.log(parent.agent_id)).toMatchObject({ status: 'completed', report_problems: [] });
    expect(parent.children).toHaveLength(1);
    const child = await coordinator.ended(parent.children[0] ?? '', 60_000);
    expect(child, coordinator.log(child.agent_id)).toMatchObject({
      status: 'completed',
      agent_type: 'L2.1',
      parent_agent: parent.agent_id,
      report_problems: [],
    });
    expect(existsSync(child.completion_report)).toBe(true);
    // What the parent read is what the coordinator answered.
    expect(coordinator.log(parent.agent_id)).toContain(child.agent_id);
  });

  test('an API that refuses makes it failed, with the reason, whatever its exit code', async () => {
    const answer = await coordinator.dropAndAnswer({
      request_id: 'refused-by-api',
      agent_type: 'L1',
      config: { prompt: '[[error:400:9]]', model: 'claude-sonnet-4-5', report_required: false },
    });
    const record = await coordinator.ended(answer.agent_id ?? '', 60_000);
    expect(record).toMatchObject({ status: 'failed', exit_code: 1 });
    expect(record.status_reason).toContain('400');
  });

  test('stopped while its shell command runs, it is interrupted politely and nothing survives', async () => {
    const answer = await coordinator.dropAndAnswer({
      request_id: 'stop-claude',
      agent_type: 'L1',
      config: {
        prompt: '[[bash:echo begun > begun.txt; sleep 300]]',
        model: 'claude-sonnet-4-5',
        report_required: false,
      },
    });
    await expect.poll(() => existsSync(coordinator.path('begun.txt')), { timeout: 30_000 }).toBe(true);
    const stopped = await coordinator.client.stop(answer.agent_id ?? '');
    expect(stopped).toMatchObject({ ok: true, value: { status: 'stopped' } });
    expect(stopped.ok && stopped.value.stopped[0]).toMatchObject({ stop_steps: ['SIGINT'], survivors: [] });
    expect(stopped.ok && stopped.value.stopped[0]?.cost_usd).toBeGreaterThan(0);
  });
});
