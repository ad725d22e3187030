import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isBelow } from '../../../main/coordinator/admission/paths.ts';
import { loadPrompt } from '../../../main/coordinator/admission/prompt.ts';
import { resolveWorkingFolder } from '../../../main/coordinator/admission/working-folder.ts';
import { deployConfigSchema } from '../../../protocol/request.ts';
import { failureIn, valueOf } from '../../rig/result.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

/** A root and a folder outside with something in it, a link from the one to the other, and a neighbour of a like name. */
function places() {
  const base = temporaryFolder();
  const [root, outside] = [join(base, 'root'), join(base, 'outside')];
  for (const folder of [join(root, 'prompts'), outside, `${root}-too`]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(root, 'prompts', 'good.md'), 'grüße');
  writeFileSync(join(outside, 'secret.md'), 'secret');
  writeFileSync(join(`${root}-too`, 'secret.md'), 'secret');
  symlinkSync(outside, join(root, 'link'));
  symlinkSync(join(outside, 'secret.md'), join(root, 'prompts', 'link.md'));
  symlinkSync(join(root, 'prompts', 'good.md'), join(root, 'inner-link.md'));
  return { base, root, outside };
}

const load = (config: object, root: string, allowed: readonly string[] = []) =>
  loadPrompt(deployConfigSchema.parse(config), root, allowed);

describe('below', () => {
  test.each([
    ['/a/b', true],
    ['/a/b/c', true],
    ['/a/b/../b/c', true],
    ['/a/b/..c', true],
    ['/a/b/...', true],
    ['/a/bc', false],
    ['/a', false],
    ['/a/b/..', false],
    ['/a/b/../c', false],
    ['/', false],
  ])('/a/b is %s: %j', (path, expected) => expect(isBelow(path, ['/x', '/a/b'])).toBe(expected));
});

describe('a prompt', () => {
  test('is the text itself, or a file below the root, also through a link that stays inside', async () => {
    const { root } = places();
    expect(valueOf(await load({ prompt: 'do it' }, root))).toBe('do it');
    for (const prompt_file of [
      'prompts/good.md',
      './prompts/../prompts/good.md',
      join(root, 'prompts', 'good.md'),
      'inner-link.md',
    ]) {
      expect(valueOf(await load({ prompt_file }, root))).toBe('grüße');
    }
  });

  test.each([
    '../outside/secret.md',
    '../root-too/secret.md',
    'link/secret.md',
    'prompts/link.md',
    'link/../../outside/secret.md',
    '/etc/passwd',
    '../outside/no-such-file',
  ])('in %s is outside: not allowed, and nothing of it is told', async (prompt_file) => {
    const { root } = places();
    const { code, message } = failureIn(await load({ prompt_file }, root));
    expect(code).toBe('PATH_NOT_ALLOWED');
    expect(message).toContain('allowed_roots');
    expect(message).not.toContain('secret\n');
  });

  test('may lie in a folder that the administrator allowed', async () => {
    const { root, outside } = places();
    expect(valueOf(await load({ prompt_file: join(outside, 'secret.md') }, root, [outside]))).toBe('secret');
    expect(valueOf(await load({ prompt_file: 'prompts/link.md' }, root, [outside]))).toBe('secret');
  });

  test('that is missing, a folder, a pipe or enormous is refused at once, with the place that was looked at', async () => {
    const { root } = places();
    const missing = failureIn(await load({ prompt_file: 'prompts/none.md' }, root));
    expect(missing.code).toBe('PROMPT_NOT_FOUND');
    expect(missing.message).toContain(join(root, 'prompts', 'none.md'));
    expect(failureIn(await load({ prompt_file: 'prompts' }, root)).code).toBe('PROMPT_NOT_FOUND');
    execFileSync('mkfifo', [join(root, 'pipe.md')]);
    expect(failureIn(await load({ prompt_file: 'pipe.md' }, root)).code).toBe('PROMPT_NOT_FOUND');
    writeFileSync(join(root, 'huge.md'), '');
    truncateSync(join(root, 'huge.md'), 8 * 1024 * 1024 + 1);
    expect(failureIn(await load({ prompt_file: 'huge.md' }, root)).code).toBe('TOO_LARGE');
    expect(failureIn(await load({ prompt_file: 'a\0b' }, root)).code).toBe('PATH_NOT_ALLOWED');
  });

  test('is none of the coordinator’s own files, however it is named', async () => {
    const { root } = places();
    for (const folder of ['logs', 'journal', 'runs/agent_1', 'responses'])
      mkdirSync(join(root, folder), { recursive: true });
    const own = ['token', 'config.json', 'coordinator.json', 'db.json', 'logs/agent_1.log', 'journal/00000001.jsonl'];
    for (const file of [...own, 'runs/agent_1/prompt.md', 'responses/a_response.json']) {
      writeFileSync(join(root, file), 'secret');
      symlinkSync(join(root, file), join(root, 'prompts', 'alias.md'));
      for (const prompt_file of [file, join(root, file), `prompts/../${file}`, 'prompts/alias.md']) {
        const { code, message } = failureIn(await load({ prompt_file }, root, [root]));
        expect([prompt_file, code]).toEqual([prompt_file, 'PATH_NOT_ALLOWED']);
        expect(message).toContain('own files');
      }
      rmSync(join(root, 'prompts', 'alias.md'));
    }
    // Of a root that is named by a link, too.
    symlinkSync(root, `${root}-link`);
    expect(failureIn(await load({ prompt_file: 'token' }, `${root}-link`)).code).toBe('PATH_NOT_ALLOWED');
    mkdirSync(join(root, 'reports'));
    writeFileSync(join(root, 'reports', 'child.md'), 'done');
    expect(valueOf(await load({ prompt_file: 'reports/child.md' }, root))).toBe('done');
  });

  test('is given once: not twice, not never', async () => {
    const { root } = places();
    expect(failureIn(await load({ prompt: 'a', prompt_file: 'prompts/good.md' }, root)).details).toEqual({
      reason: 'two_prompts',
    });
    expect(failureIn(await load({}, root)).code).toBe('PROMPT_NOT_FOUND');
  });
});

describe('a working folder', () => {
  test('is the root when none is asked, else an existing one below it with its links resolved', async () => {
    const { root, outside } = places();
    symlinkSync(join(root, 'prompts'), join(root, 'work'));
    expect(valueOf(await resolveWorkingFolder(null, root, []))).toBe(root);
    expect(valueOf(await resolveWorkingFolder('prompts', root, []))).toBe(join(root, 'prompts'));
    expect(valueOf(await resolveWorkingFolder('work', root, []))).toBe(join(root, 'prompts'));
    expect(valueOf(await resolveWorkingFolder(outside, root, [outside]))).toBe(outside);
  });

  test.each(['../outside', '..', '/', 'link', 'link/../..', 'a\0b', '../root-too'])(
    '%j is outside (case 83)',
    async (cwd) => {
      const { root } = places();
      const { code, message } = failureIn(await resolveWorkingFolder(cwd, root, []));
      expect(code).toBe('PATH_NOT_ALLOWED');
      expect(message).toContain('allowed_roots');
    },
  );

  test.each(['none', 'prompts/good.md'])('%s is not an existing folder', async (cwd) => {
    const { root } = places();
    const { code, message } = failureIn(await resolveWorkingFolder(cwd, root, []));
    expect(code).toBe('INVALID_REQUEST');
    expect(message).toContain(join(root, cwd));
  });
});
