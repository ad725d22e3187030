import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRuntimes } from '../../../main/coordinator/runtimes/registry.ts';
import { configSchema, type RuntimeConfig } from '../../../protocol/config.ts';
import { launchSpec } from '../../rig/agent-facts.ts';
import { failureIn, valueOf } from '../../rig/result.ts';

const deps = {
  env: {},
  platform: 'linux',
  isRoot: false,
  homedir: '/home/ada',
  demoAgent: '/no/demo-agent.js',
  ziggie: '/no/ziggie.js',
} as const;
const worker: RuntimeConfig = { kind: 'command', command: 'worker', args: [], prompt: 'file', env: {} };

describe('the runtimes of config.json', () => {
  test('are there by name, each of its kind', () => {
    const runtimes = createRuntimes({ runtimes: { ...configSchema.parse({}).runtimes, worker } }, deps);
    expect(runtimes.names).toEqual(['claude', 'demo', 'worker']);
    for (const [name, kind] of [
      ['claude', 'claude'],
      ['demo', 'demo'],
      ['worker', 'command'],
    ] as const) {
      expect(runtimes.get(name)).toMatchObject({ ok: true, value: { kind } });
    }
  });

  test.each(['nothing', 'constructor', '__proto__', ''])('%j is unknown, and the known ones are named', (name) => {
    const failure = failureIn(createRuntimes({ runtimes: { worker } }, deps).get(name));
    expect(failure).toMatchObject({ code: 'UNKNOWN_RUNTIME', details: { given: name, known: ['worker'] } });
    expect(failure.message).toContain('config.json has worker');
  });

  test('the demo agent is a script that our own Node runs', async () => {
    const here = path.join(import.meta.dirname, 'registry.test.ts');
    const runtime = valueOf(createRuntimes(configSchema.parse({}), { ...deps, demoAgent: here }).get('demo'));
    const program = valueOf(await runtime.locate());
    expect(runtime.launch(program, launchSpec())).toEqual({
      file: process.execPath,
      args: [here],
      env: { ELECTRON_RUN_AS_NODE: '1' },
      promptOnStdin: true,
      files: {},
    });
  });

  test('a demo agent that was not built is a clear failure', async () => {
    const runtime = valueOf(createRuntimes(configSchema.parse({}), deps).get('demo'));
    const failure = failureIn(await runtime.locate());
    expect(failure.code).toBe('RUNTIME_NOT_FOUND');
    expect(failure.message).toContain('/no/demo-agent.js');
  });
});
