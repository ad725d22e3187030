import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCommandRuntime, fillArguments } from '../../../main/coordinator/runtimes/command.ts';
import { launchSpec } from '../../rig/agent-facts.ts';
import { failureIn } from '../../rig/result.ts';

const runtimeOf = (command: string, env: Record<string, string> = {}, args: string[] = []) =>
  createCommandRuntime({
    name: 'worker',
    config: { kind: 'command', command, args, prompt: 'stdin', env: { FROM_CONFIG: '1' } },
    env,
    platform: 'linux',
  });

describe('a command as an agent', () => {
  test('fills every place in its arguments', () => {
    const spec = launchSpec({ facts: { model: 'haiku' } });
    const args = ['--model={model}', '{prompt_file}', '-o', '{report_file}', '{agent_id}@{root}', '{unknown} {}'];
    expect(fillArguments(args, spec)).toEqual([
      '--model=haiku',
      spec.promptFile,
      '-o',
      spec.reportFile,
      `${spec.facts.agent_id}@${spec.root}`,
      '{unknown} {}',
    ]);
  });

  test('a value that looks like a place is not filled again', () => {
    const spec = launchSpec({ facts: { model: '{root}' } });
    expect(fillArguments(['{model}'], spec)).toEqual(['{root}']);
  });

  test('without a model its arguments for the model are left out', () => {
    const spec = launchSpec({ facts: { model: null } });
    expect(fillArguments(['exec', '-m', '{model}', '--x={model}', '-'], spec)).toEqual(['exec', '-']);
    expect(fillArguments(['{model}', 'run'], spec)).toEqual(['run']);
  });

  test('is launched with its own environment and the prompt as configured', () => {
    const program = { file: '/bin/node', leadingArgs: ['/s.js'], env: { P: '2' } };
    const spec = launchSpec();
    expect(runtimeOf('/bin/x', {}, ['{agent_id}']).launch(program, spec)).toEqual({
      file: '/bin/node',
      args: ['/s.js', spec.facts.agent_id],
      env: { FROM_CONFIG: '1', P: '2' },
      promptOnStdin: true,
      files: {},
    });
  });

  test('is asked to stop with SIGTERM for the whole grace', () => {
    expect(runtimeOf('/bin/x').stopSteps(4)).toEqual([{ signal: 'SIGTERM', waitSeconds: 4 }]);
  });
});

describe.skipIf(process.platform === 'win32')('finding a command', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ziggie-command-'));
    await mkdir(path.join(folder, 'bin'));
    await writeFile(path.join(folder, 'bin', 'tool'), '#!/bin/sh\n');
    await chmod(path.join(folder, 'bin', 'tool'), 0o755);
    await writeFile(path.join(folder, 'bin', 'notes.txt'), 'text');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('by absolute path or by name on PATH', async () => {
    const file = path.join(folder, 'bin', 'tool');
    const expected = { ok: true, value: { file, leadingArgs: [], env: {} } };
    expect(await runtimeOf(file).locate()).toEqual(expected);
    expect(await runtimeOf('tool', { PATH: `/nowhere:${path.join(folder, 'bin')}` }).locate()).toEqual(expected);
  });

  test.each([
    ['tool', 'in none of the folders of PATH (/nowhere)'],
    ['bin/tool', 'is a relative path'],
    ['/nowhere/tool', 'is not a file that can be executed'],
  ])('%s is not found: %s', async (command, reason) => {
    const failure = failureIn(await runtimeOf(command, { PATH: '/nowhere:.' }).locate());
    expect(failure.code).toBe('RUNTIME_NOT_FOUND');
    expect(failure.message).toContain(reason);
    expect(failure.message).toContain('runtimes.worker.command');
  });

  test('a file without the right to be executed is not a program', async () => {
    const result = await runtimeOf(path.join(folder, 'bin', 'notes.txt')).locate();
    expect(result).toMatchObject({ ok: false, failure: { code: 'RUNTIME_NOT_FOUND' } });
  });

  test('it is looked for again at every start', async () => {
    const runtime = runtimeOf('late', { PATH: path.join(folder, 'bin') });
    expect(await runtime.locate()).toMatchObject({ ok: false });
    await writeFile(path.join(folder, 'bin', 'late'), '#!/bin/sh\n', { mode: 0o755 });
    expect(await runtime.locate()).toMatchObject({ ok: true });
  });
});
