/** The Python client's own tests, by both transports, against a live coordinator. */
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestCoordinator } from '../rig/coordinator.ts';
import { python, pythonClient } from '../rig/python.ts';

const place: { coordinator?: TestCoordinator } = {};

const shell = (script: string) => ({ kind: 'command', command: '/bin/sh', args: ['-c', script], prompt: 'stdin' });
const config = {
  default_runtime: 'echo',
  runtimes: {
    echo: shell('cat'),
    gate: shell('while [ ! -e "$ZIGGIE_ROOT/go" ]; do sleep 0.05; done'),
    asker: shell(
      't="$ZIGGIE_ROOT/token-$ZIGGIE_AGENT_ID"; echo "$ZIGGIE_TOKEN" > "$t.part"; mv "$t.part" "$t"; exec sleep 600',
    ),
  },
  limits: { grace_seconds: 1, min_free_memory_mb: 0, starts_per_second: 1000 },
};

describe.skipIf(python === null)('the Python client (Python 3.9 or newer has to be there)', () => {
  beforeAll(async () => {
    place.coordinator = await TestCoordinator.start({ config });
  });
  afterAll(async () => {
    await place.coordinator?.dispose();
  });

  it.each(['file', 'http'])('passes its own tests by %s', async (transport) => {
    const { code, output } = await run(transport, place.coordinator?.root ?? '');
    expect(code, output).toBe(0);
    expect(output).toMatch(/Ran \d+ tests/);
  });
});

function run(transport: string, root: string): Promise<{ code: number | null; output: string }> {
  const { PATH = '' } = process.env;
  const child = spawn(python ?? 'python3', ['-B', '-m', 'unittest', 'discover', '-s', 'tests', '-t', '.'], {
    cwd: pythonClient,
    env: { PATH, PYTHONPATH: pythonClient, ZIGGIE_TEST_ROOT: root, ZIGGIE_TEST_TRANSPORT: transport },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (text: Buffer) => (output += text.toString()));
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  return new Promise((done) => child.on('close', (code) => done({ code, output })));
}
