/** The real Claude Code asks before it writes outside its folder; the operator decides with `ziggie`, also over a crash. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApprovalList, ShownApproval } from '../../protocol/approvals.ts';
import { claudeCli } from '../rig/claude-cli.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { type MessagesStub, startMessagesStub } from '../rig/messages-stub.ts';
import { waitFor } from '../rig/wait-for.ts';
import { startZiggie } from '../rig/ziggie-command.ts';

const cli = await claudeCli();
if ('skip' in cli) console.warn(`skipped: ${cli.skip}`);

const sections = ['Summary', 'Work completed', 'Results', 'Issues', 'Time'];
const report = `[[write:{{report_file}}:# Report of {{agent_id}}\n\n${sections.map((title) => `## ${title}\n\ndone\n`).join('\n')}]]`;

describe.skipIf('skip' in cli)('Claude Code that asks the operator', { timeout: 120_000 }, () => {
  let stub: MessagesStub;
  let coordinator: TestCoordinator;
  let home: string;
  let outside: string;
  beforeAll(async () => {
    stub = await startMessagesStub();
    home = mkdtempSync(join(tmpdir(), 'ziggie-home-'));
    outside = join(home, 'outside');
    mkdirSync(outside);
    coordinator = await TestCoordinator.start({
      config: {
        default_runtime: 'claude',
        runtimes: {
          claude: {
            kind: 'claude',
            approvals: 'ask',
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

  const ziggie = async (...args: string[]): Promise<{ code: number | null; out: string; err: string }> =>
    startZiggie(['--root', coordinator.root, ...args]).end;
  const deploy = async (requestId: string, prompt: string): Promise<string> => {
    const answer = await coordinator.dropAndAnswer({
      request_id: requestId,
      agent_type: 'L1',
      config: { prompt, model: 'claude-sonnet-4-5' },
    });
    return answer.agent_id ?? '';
  };
  const asked = (agentId: string): Promise<ShownApproval> =>
    waitFor(
      `${agentId} asks`,
      async () => {
        const { out } = await ziggie('--json', 'approvals', '--of', agentId);
        return (JSON.parse(out) as ApprovalList).approvals[0] ?? null;
      },
      { timeoutMs: 60_000, seen: () => coordinator.log(agentId) },
    );

  test('it is allowed by `ziggie approve` after a crash of the coordinator in between, and writes', async () => {
    const file = join(outside, 'allowed.txt');
    const agentId = await deploy('allowed', `[[write:${file}:written]]${report}[[say:finished]]`);
    const approval = await asked(agentId);
    expect(approval).toMatchObject({ agent_id: agentId, tool: 'Write', status: 'open' });
    expect(JSON.parse(approval.input)).toEqual({ file_path: file, content: 'written' });
    await waitFor('its file says for what it waits', () =>
      coordinator.state(agentId).waiting_for?.includes(approval.approval_id),
    );
    expect((await ziggie('ls')).out).toContain(`asks: approval ${approval.approval_id} of Write`);
    expect(existsSync(file)).toBe(false);
    await coordinator.crash();
    await coordinator.start(); // At another port than the agent was told.
    const approved = await ziggie('approve', approval.approval_id);
    expect(approved, approved.err).toMatchObject({ code: 0 });
    const record = await coordinator.ended(agentId, 90_000);
    const log = coordinator.log(agentId);
    expect(record, log).toMatchObject({ status: 'completed', report_problems: [], waiting_for: null });
    expect(readFileSync(file, 'utf8')).toBe('written');
    const again = await ziggie('deny', approval.approval_id);
    expect(again.code).not.toBe(0);
    expect(again.err).toContain('ALREADY_DECIDED');
    const events = coordinator.journal().filter(({ event }) => event.type.startsWith('approval_'));
    expect(events.map(({ event }) => event.type)).toEqual(['approval_requested', 'approval_decided']);
  });

  test('it is denied with a message, reads it, and writes nothing', async () => {
    const file = join(outside, 'denied.txt');
    const agentId = await deploy('denied', `[[write:${file}:written]]${report}[[say:finished]]`);
    const { approval_id } = await asked(agentId);
    const denied = await ziggie('deny', approval_id, '--message', 'Not there: write below ./out instead.');
    expect(denied, denied.err).toMatchObject({ code: 0 });
    const record = await coordinator.ended(agentId, 90_000);
    expect(record, coordinator.log(agentId)).toMatchObject({ status: 'completed', report_problems: [] });
    expect(existsSync(file)).toBe(false);
    const read = stub.requests.filter(({ messages }) =>
      JSON.stringify(messages).includes('Not there: write below ./out'),
    );
    expect(read.length).toBeGreaterThan(0);
    // The tool is for the program, not for the model.
    expect(JSON.stringify(stub.requests.flatMap(({ tools }) => tools ?? []))).not.toContain('permission_prompt');
  });

  test('what is allowed for the branch is not asked again, and ends with the agent', async () => {
    const [first, second] = [join(outside, 'first.txt'), join(outside, 'second.txt')];
    const agentId = await deploy('branch', `[[write:${first}:1]][[write:${second}:2]]${report}[[say:finished]]`);
    const { approval_id } = await asked(agentId);
    expect((await ziggie('approve', approval_id, '--branch')).code).toBe(0);
    const record = await coordinator.ended(agentId, 90_000);
    expect(record, coordinator.log(agentId)).toMatchObject({ status: 'completed', report_problems: [] });
    expect([readFileSync(first, 'utf8'), readFileSync(second, 'utf8')]).toEqual(['1', '2']);
    const { out } = await ziggie('--json', 'approvals', '--all', '--of', agentId);
    const { approvals, allowed } = JSON.parse(out) as ApprovalList;
    expect(approvals.map(({ status, decided }) => [status, decided?.by])).toEqual([
      ['allowed', 'operator'],
      ['allowed', approval_id],
    ]);
    expect(allowed).toEqual([]);
  });

  test('an agent that is stopped while it asks leaves no open question', async () => {
    const agentId = await deploy('stopped', `[[write:${join(outside, 'x.txt')}:x]][[say:finished]]`);
    const { approval_id } = await asked(agentId);
    expect((await ziggie('stop', agentId)).code).toBe(0);
    const { err } = await ziggie('approve', approval_id);
    expect(err).toMatch(/ALREADY_DECIDED.*closed/s);
    expect((await ziggie('approvals')).out).toContain('Nothing to decide.');
  });
});
