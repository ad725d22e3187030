/** The built coordinator where something usual is missing or in the way: it starts, goes on and ends all the same. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { waitFor } from '../rig/wait-for.ts';

const entry = resolve(import.meta.dirname, '../../dist/main/headless.js');

async function serve(): Promise<{ root: string; child: ChildProcess }> {
  const root = mkdtempSync(join(tmpdir(), 'ziggie-odd-'));
  const child = spawn(process.execPath, [entry, '--root', root, '--port', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
    rmSync(root, { recursive: true, force: true });
  });
  await waitFor('it serves', () => existsSync(join(root, 'coordinator.json')), { timeoutMs: 20_000 });
  return { root, child };
}

async function stop(child: ChildProcess): Promise<unknown> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const [code] = (await exited) as unknown[];
  return code;
}

test('nobody reads what it logs any more: it goes on', async () => {
  const { root, child } = await serve();
  child.stderr?.destroy();
  rmSync(join(root, 'requests'), { recursive: true });
  await waitFor('requests/ is made again, which is logged', () => existsSync(join(root, 'requests')), {
    timeoutMs: 10_000,
  });
  expect(await stop(child)).toBe(0);
});

test('coordinator.json cannot be removed at the end: it ends well', async () => {
  const { root, child } = await serve();
  rmSync(join(root, 'coordinator.json'));
  mkdirSync(join(root, 'coordinator.json'));
  expect(await stop(child)).toBe(0);
  expect(readFileSync(join(root, 'db.json'), 'utf8')).not.toBe('');
});
