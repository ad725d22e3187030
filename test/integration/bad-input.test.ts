/** Whatever a request file holds (cases/inbox.test.ts has what kind of file it is): a coded answer, nothing started, nothing lost, and the next good request is taken. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { TestCoordinator } from '../rig/coordinator.ts';
import { waitFor } from '../rig/wait-for.ts';

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await TestCoordinator.start({ config: { default_runtime: 'demo' } });
});
afterAll(async () => {
  await coordinator.dispose();
});

const deploy = (
  request_id: string,
  more: Record<string, unknown> = {},
): Record<string, unknown> & { request_id: string } => ({
  request_id,
  agent_type: 'L1',
  config: { prompt: '@say hello', report_required: false },
  ...more,
});
const accepted = (): number => coordinator.journal().filter(({ event }) => event.type === 'agent_accepted').length;

describe('a request that cannot be carried out', () => {
  let before = 0;
  beforeAll(() => {
    before = accepted();
  });
  afterEach(() => {
    expect(accepted(), 'nothing may be started').toBe(before);
  });

  test.each<[string, string, Record<string, unknown>, string]>([
    ['an agent_type that is a number', 'type-number', { agent_type: 2 }, 'INVALID_REQUEST'],
    ['a priority that is text', 'priority-text', { priority: 'high' }, 'INVALID_REQUEST'],
    ['a timeout that is text', 'timeout-text', { config: { prompt: 'x', timeout: '60' } }, 'INVALID_REQUEST'],
    ['no config', 'no-config', { config: undefined }, 'INVALID_REQUEST'],
    ['a model that is an option', 'model-option', { config: { prompt: 'x', model: '--help' } }, 'INVALID_REQUEST'],
    ['a name with a line break', 'name-newline', { name: 'a\n2026-01-01 INFO fake' }, 'INVALID_REQUEST'],
    ['an unknown action', 'unknown-action', { action: 'destroy' }, 'UNKNOWN_ACTION'],
    ['an unknown runtime', 'unknown-runtime', { config: { prompt: 'x', runtime: 'gpt9' } }, 'UNKNOWN_RUNTIME'],
    ['no prompt at all', 'no-prompt', { config: {} }, 'PROMPT_NOT_FOUND'],
    [
      'a prompt file that is missing',
      'prompt-missing',
      { config: { prompt_file: 'prompts/none.md' } },
      'PROMPT_NOT_FOUND',
    ],
    [
      'a prompt path that leaves the root',
      'prompt-outside',
      { config: { prompt_file: '../../etc/passwd' } },
      'PATH_NOT_ALLOWED',
    ],
    [
      'an absolute prompt path outside',
      'prompt-absolute',
      { config: { prompt_file: '/etc/passwd' } },
      'PATH_NOT_ALLOWED',
    ],
    ['a working folder outside', 'cwd-outside', { config: { prompt: 'x', cwd: '/etc' } }, 'PATH_NOT_ALLOWED'],
    ['a level deeper than allowed', 'too-deep', { agent_type: 'L7.1' }, 'HIERARCHY_VIOLATION'],
    ['level 0', 'level-zero', { agent_type: 'L0' }, 'HIERARCHY_VIOLATION'],
    ['a level that does not exist', 'level-word', { agent_type: 'worker' }, 'INVALID_REQUEST'],
    [
      'a parent this coordinator never had',
      'unknown-parent',
      { parent_agent: 'agent_20200101_000000_99' },
      'UNKNOWN_AGENT',
    ],
    ['stopping an unknown agent', 'stop-unknown', { action: 'stop', agent_id: 'nobody' }, 'UNKNOWN_AGENT'],
    ['a token that is nobody’s', 'bad-token', { token: 'x'.repeat(43) }, 'UNAUTHENTICATED'],
  ])('%s is answered with its code and kept aside', async (_what, id, change, code) => {
    const answer = await coordinator.dropAndAnswer(deploy(id, change));
    expect(answer).toMatchObject({ request_id: id, status: 'error', code });
    expect(answer.error?.length).toBeGreaterThan(30);
    await waitFor('the file is put aside', () => existsSync(coordinator.path('requests', 'rejected', `${id}.json`)));
    expect(existsSync(coordinator.path('requests', 'rejected', `${id}.json.reason.json`))).toBe(true);
    expect(existsSync(coordinator.path('requests', `${id}.json`))).toBe(false);
  });

  test('broken JSON is answered under the name of its file, after it had time to be finished', async () => {
    coordinator.drop('broken', '{"request_id": "broken", "agent_type": ');
    expect(await coordinator.answer('broken')).toMatchObject({
      status: 'error',
      code: 'INVALID_REQUEST',
      details: { reason: 'not_json' },
    });
    const aside = coordinator.path('requests', 'rejected', 'broken.json');
    await waitFor('the file is put aside', () => existsSync(aside));
    expect(readFileSync(aside, 'utf8')).toContain('agent_type');
  });

  test('an array is refused', async () => {
    coordinator.drop('array', '[1]');
    expect(await coordinator.answer('array')).toMatchObject({
      code: 'INVALID_REQUEST',
      details: { reason: 'not_an_object' },
    });
  });
});

describe('a request that only looks odd', () => {
  test('a file name with odd characters is taken; the answer goes by request_id', async () => {
    coordinator.drop('ümläut & $(reboot) "x" ', deploy('odd-name'));
    expect(await coordinator.answer('odd-name')).toMatchObject({ status: 'running' });
  });

  test('unknown fields are kept and returned', async () => {
    const answer = await coordinator.dropAndAnswer(
      deploy('extra', { ticket: 'ABC-1', config: { prompt: '@say x', color: 'red' } }),
    );
    expect(answer.extra).toEqual({ ticket: 'ABC-1', config: { color: 'red' } });
  });
});

describe('the same request_id again', () => {
  test('through either door gets the same agent and starts nothing', async () => {
    const first = await coordinator.dropAndAnswer(deploy('twice'));
    const count = accepted();
    const byHttp = await coordinator.client.deploy(deploy('twice') as never);
    expect(byHttp).toMatchObject({ ok: true, value: { replayed: true, record: { agent_id: first.agent_id } } });
    execFileSync('rm', [coordinator.path('responses', 'twice_response.json')]);
    expect(await coordinator.dropAndAnswer(deploy('twice'))).toMatchObject({ agent_id: first.agent_id });
    expect(accepted()).toBe(count);
  });

  test('with another body is a mismatch', async () => {
    await coordinator.dropAndAnswer(deploy('reused'));
    const count = accepted();
    const again = await coordinator.client.deploy(deploy('reused', { name: 'other' }) as never);
    expect(again).toMatchObject({ ok: false, failure: { code: 'DUPLICATE_REQUEST_MISMATCH' } });
    expect(accepted()).toBe(count);
  });

  test('fifty at once by HTTP start one agent', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => coordinator.client.deploy(deploy('fifty') as never)),
    );
    const ids = new Set(answers.map((answer) => (answer.ok ? answer.value.record.agent_id : answer.failure.code)));
    expect(ids.size).toBe(1);
    expect(answers.filter((answer) => answer.ok && answer.value.replayed === false)).toHaveLength(1);
  });

  test('of a refused request gets the same refusal', async () => {
    const request = deploy('refused-twice', { agent_type: 'L9' });
    const first = await coordinator.client.deploy(request as never);
    const again = await coordinator.client.deploy(request as never);
    expect(first).toMatchObject({ ok: false, failure: { code: 'HIERARCHY_VIOLATION' } });
    expect(again).toEqual(first);
  });
});
