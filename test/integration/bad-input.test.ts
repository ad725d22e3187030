/** Whatever lies in the requests folder: a coded answer, nothing started, nothing lost, and the next good request is taken. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, linkSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
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
    expect(readFileSync(coordinator.path('requests', 'rejected', 'broken.json'), 'utf8')).toContain('agent_type');
  });

  test.each<[string, string, string | Buffer, string, string]>([
    ['nesting of 100,000 levels', 'nested', '['.repeat(100_000) + ']'.repeat(100_000), 'INVALID_REQUEST', 'too_deep'],
    ['a duplicate key', 'duplicate', '{"request_id":"duplicate","request_id":"b"}', 'INVALID_REQUEST', 'duplicate_key'],
    [
      'a key into the prototype',
      'proto',
      '{"request_id":"proto","__proto__":{"a":1}}',
      'INVALID_REQUEST',
      'unknown_field',
    ],
    ['Latin-1', 'latin', Buffer.from('{"name":"caf\xe9"}', 'latin1'), 'INVALID_REQUEST', 'bad_encoding'],
    ['an array', 'array', '[1]', 'INVALID_REQUEST', 'not_an_object'],
  ])('%s is refused', async (_what, name, content, code, reason) => {
    coordinator.drop(name, content);
    expect(await coordinator.answer(name)).toMatchObject({ code, details: { reason } });
  });

  test('a body of 2 MiB is too large', async () => {
    coordinator.drop('large', JSON.stringify(deploy('large', { padding: 'x'.repeat(2 * 1024 * 1024) })));
    expect(await coordinator.answer('large')).toMatchObject({ code: 'TOO_LARGE' });
  });

  test('a FIFO, a symlink, a hard link and a folder are refused unopened, and a request beside them is answered', async () => {
    execFileSync('mkfifo', [coordinator.path('requests', 'fifo.json')]);
    writeFileSync(coordinator.path('secret.txt'), JSON.stringify(deploy('stolen')));
    symlinkSync(coordinator.path('secret.txt'), coordinator.path('requests', 'link.json'));
    linkSync(coordinator.path('secret.txt'), coordinator.path('requests', 'hard.json'));
    execFileSync('mkdir', [coordinator.path('requests', 'folder.json')]);
    const beside = await coordinator.dropAndAnswer({ request_id: 'beside', action: 'list' });
    expect(beside).toHaveProperty('total');
    for (const name of ['fifo', 'link', 'folder']) {
      expect(await coordinator.answer(name)).toMatchObject({
        code: 'INVALID_REQUEST',
        details: { reason: 'not_regular_file' },
      });
    }
    expect(await coordinator.answer('hard')).toMatchObject({ details: { reason: 'link_count' } });
    expect(readFileSync(coordinator.path('secret.txt'), 'utf8')).toContain('stolen');
  });

  test('names that are no request are left alone', async () => {
    for (const name of ['.hidden.json', 'a.json.tmp', 'b.json~', 'c.swp'])
      writeFileSync(coordinator.path('requests', name), '{}');
    await coordinator.dropAndAnswer({ request_id: 'sweep', action: 'list' });
    expect(readdirSync(coordinator.path('requests')).sort()).toEqual([
      '.hidden.json',
      'a.json.tmp',
      'b.json~',
      'c.swp',
      'rejected',
    ]);
  });
});

describe('a request that only looks odd', () => {
  test('written in two halves a second apart, it is taken when it is whole', async () => {
    const text = JSON.stringify(deploy('halves'));
    const path = coordinator.path('requests', 'halves.json');
    writeFileSync(path, text.slice(0, 20));
    const half = Date.now();
    await waitFor('a second has passed without an answer', () => {
      expect(readdirSync(coordinator.path('responses')).some((name) => name.startsWith('halves'))).toBe(false);
      return Date.now() - half > 1000;
    });
    appendFileSync(path, text.slice(20));
    expect(await coordinator.answer('halves')).toMatchObject({ request_id: 'halves', status: 'running' });
  });

  test.each<[string, string, (text: string) => Buffer]>([
    ['UTF-8 with a BOM', 'bom', (text) => Buffer.from(`\uFEFF${text}`, 'utf8')],
    ['UTF-16 as PowerShell writes it', 'utf16', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ])('%s is taken', async (_what, id, encode) => {
    coordinator.drop(id, encode(JSON.stringify(deploy(id))));
    expect(await coordinator.answer(id)).toMatchObject({ request_id: id, status: 'running' });
  });

  test('a file name with odd characters is taken; the answer goes by request_id', async () => {
    coordinator.drop('ümläut & $(reboot) "x" ', deploy('odd-name'));
    expect(await coordinator.answer('odd-name')).toMatchObject({ status: 'running' });
  });

  test('X.JSON is a request, too', async () => {
    writeFileSync(coordinator.path('requests', 'LOUD.JSON'), JSON.stringify(deploy('loud')));
    expect(await coordinator.answer('loud')).toMatchObject({ status: 'running' });
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
