import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClaudeLocator } from '../../../main/coordinator/runtimes/claude-program.ts';
import { failureIn } from '../../rig/result.ts';

/** A program on disk that answers `--version`, and counts in a file how often it was asked. */
const genuine = '#!/bin/sh\necho asked >> "$0.count"\n[ "$1" = --version ] && echo "2.1.330 (Claude Code)"\n';

describe.skipIf(process.platform === 'win32')('finding Claude Code', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ziggie-find-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function put(place: string, text: string): Promise<string> {
    const file = path.join(folder, place);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    await chmod(file, 0o755);
    return file;
  }

  const locator = (command: string | null = null, env: Record<string, string> = {}) =>
    createClaudeLocator({
      name: 'claude',
      config: { kind: 'claude', command, args: [], env: {} },
      env: { PATH: `${path.join(folder, 'first')}:${path.join(folder, 'second')}`, ...env },
      platform: 'linux',
      homedir: path.join(folder, 'home'),
    });

  const found = (file: string) => ({ ok: true, value: { file, leadingArgs: [], env: {} } });

  test('takes the first on PATH that says it is Claude Code', async () => {
    await put('first/claude', '#!/bin/sh\necho "Claude Desktop 1.0"\n');
    const file = await put('second/claude', genuine);
    expect(await locator()()).toEqual(found(file));
  });

  test('looks in the known install places, the newest Node version first', async () => {
    await put('home/.nvm/versions/node/v9.1.0/bin/claude', genuine);
    const newest = await put('home/.nvm/versions/node/v22.0.0/bin/claude', genuine);
    expect(await locator()()).toEqual(found(newest));
  });

  test('asks once and remembers, and looks again when it is gone', async () => {
    const file = await put('first/claude', genuine);
    const locate = locator();
    await Promise.all([locate(), locate()]);
    expect(await locate()).toEqual(found(file));
    expect(await readFile(`${file}.count`, 'utf8')).toBe('asked\n');
    await rm(file);
    expect(await locate()).toMatchObject({ ok: false });
    const other = await put('second/claude', genuine);
    expect(await locate()).toEqual(found(other));
  });

  test('a failure says where it looked, what it found there and what to do', async () => {
    const other = await put('first/claude', '#!/bin/sh\necho "Claude Desktop 1.0"\n');
    const broken = await put('second/claude', '#!/bin/sh\necho "no node here" >&2\nexit 3\n');
    const failure = failureIn(await locator()());
    expect(failure.code).toBe('RUNTIME_NOT_FOUND');
    expect(failure.message).toContain(`${other} is another program: its version is "Claude Desktop 1.0"`);
    expect(failure.message).toContain(`${broken} could not tell its version: no node here`);
    expect(failure.message).toContain(path.join(folder, 'home/.local/bin/claude'));
    expect(failure.message).toContain('runtimes.claude.command');
  });

  test('only the configured command is tried, by absolute path or by name', async () => {
    await put('first/claude', genuine);
    const file = await put('elsewhere/claude', genuine);
    expect(await locator(file)()).toEqual(found(file));
    const named = await put('second/claude-beta', genuine);
    expect(await locator('claude-beta')()).toEqual(found(named));
    const missing = path.join(folder, 'missing');
    const result = await locator(missing)();
    expect(result).toMatchObject({ ok: false, failure: { details: { looked: [missing] } } });
  });

  test('behind the text that npm leaves lies the program of the platform package', async () => {
    const packages = 'lib/node_modules/@anthropic-ai';
    const text = await put(`${packages}/claude-code/bin/claude.exe`, 'echo "native binary not installed"\nexit 1\n');
    await mkdir(path.join(folder, 'first'));
    await symlink(text, path.join(folder, 'first/claude'));
    expect(await locator()()).toMatchObject({ ok: false });
    const native = await put(`${packages}/claude-code-linux-${process.arch}/claude`, genuine);
    expect(await locator()()).toEqual(found(native));
  });

  test('without any native program its wrapper script runs with our own Node', async () => {
    await put('pkg/claude-code/bin/claude.exe', 'echo "native binary not installed"\n');
    const wrapper = await put('pkg/claude-code/cli-wrapper.cjs', 'console.log("2.1.330 (Claude Code)")');
    const result = await locator(path.join(folder, 'pkg/claude-code/bin/claude.exe'))();
    const value = { file: process.execPath, leadingArgs: [wrapper], env: { ELECTRON_RUN_AS_NODE: '1' } };
    expect(result).toEqual({ ok: true, value });
  });

  test('the program is asked without the outer session’s environment', async () => {
    const file = await put(
      'first/claude',
      '#!/bin/sh\necho "${CLAUDECODE-unset} ${DISABLE_AUTOUPDATER} (Claude Code)" | tee "$0.said"\n',
    );
    await locator(null, { CLAUDECODE: '1', PATH: `${path.join(folder, 'first')}:/usr/bin:/bin` })();
    expect(await readFile(`${file}.said`, 'utf8')).toBe('unset 1 (Claude Code)\n');
  });
});
