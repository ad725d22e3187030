/** A budget of $1 and the real Claude Code, which reckons its cost from the tokens that the stub of the model's API reports. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { claudeCli } from '../rig/claude-cli.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { type MessagesStub, startMessagesStub } from '../rig/messages-stub.ts';

const cli = await claudeCli();
if ('skip' in cli) console.warn(`skipped: ${cli.skip}`);

describe.skipIf('skip' in cli)('a budget of $1 with the real Claude Code', { timeout: 90_000 }, () => {
  let stub: MessagesStub;
  let coordinator: TestCoordinator;
  let home: string;
  beforeAll(async () => {
    stub = await startMessagesStub();
    home = mkdtempSync(join(tmpdir(), 'ziggie-home-'));
    const env = {
      HOME: home,
      ANTHROPIC_BASE_URL: stub.url,
      ANTHROPIC_API_KEY: 'sk-ant-fake',
      DISABLE_TELEMETRY: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    };
    const command = 'file' in cli ? cli.file : null;
    coordinator = await TestCoordinator.start({
      config: { runtimes: { claude: { kind: 'claude', command, env } }, report: { required: false } },
    });
  });
  afterAll(async () => {
    await coordinator.dispose();
    await stub.close();
    rmSync(home, { recursive: true, force: true });
  });

  const deploy = async (id: string, type: string, prompt: string, more: object = {}) => {
    const config = { prompt, model: 'claude-sonnet-4-5' };
    const answer = await coordinator.client.deploy({ request_id: id, agent_type: type, config, ...more });
    return answer.ok ? answer.value.record : answer.failure;
  };
  const idOf = (answer: object): string => ('agent_id' in answer ? String(answer.agent_id) : JSON.stringify(answer));

  test('refuses the spawn after it is spent', async () => {
    const parent = idOf(await deploy('r1', 'L1', '[[hang]]', { budget: { cost_usd: 1 } }));
    const child = idOf(await deploy('r2', 'L2', '[[tokens:300000:20000]][[say:done]]', { parent_agent: parent }));
    const record = await coordinator.ended(child, 60_000);
    expect(record, coordinator.log(child)).toMatchObject({ status: 'completed' });
    expect(record.cost_usd).toBeGreaterThan(1);
    expect(await deploy('r3', 'L2', '[[say:done]]', { parent_agent: parent })).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      details: { limit: 1, spent: record.cost_usd, spenders: [{ agent_id: child }] },
    });
    await coordinator.client.stop(parent);
  });

  test('with stop ends what runs, and Claude Code itself goes no further than what is left', async () => {
    const parent = idOf(await deploy('s1', 'L1', '[[hang]]', { budget: { cost_usd: 1, on_exceeded: 'stop' } }));
    const spend = '[[tokens:300000:20000]][[bash:touch went-on]][[say:done]]';
    const child = idOf(await deploy('s2', 'L2', spend, { parent_agent: parent }));
    const ends = await Promise.all([coordinator.ended(child, 60_000), coordinator.ended(parent, 60_000)]);
    expect(ends[0]?.cost_usd, coordinator.log(child)).toBeGreaterThan(1);
    expect(ends[0]?.status_reason).toContain('budget');
    expect(ends[1]).toMatchObject({ status: 'stopped' });
    expect(ends[1]?.status_reason).toContain(`BUDGET_EXCEEDED: The budget of ${parent} has spent`);
  });
});
