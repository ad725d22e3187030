/** One coordinator per root: the lock is the system's, and a loser touches nothing. `ZIGGIE_CASES=full` takes the full counts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { apiVersion, discoverySchema } from '../../../protocol/discovery.ts';
import { TestCoordinator } from '../../rig/coordinator.ts';
import { waitFor } from '../../rig/wait-for.ts';

const pairs = process.env['ZIGGIE_CASES'] === 'full' ? 200 : 6; // npm test has twenty more in its soak tier.
const entry = resolve(import.meta.dirname, '../../../dist/main/headless.js');

function temporaryRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'ziggie-lock-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

/** Starts one and forgets what it prints on stdout; `exited` tells the code, what it complained of, and after how long. */
function contender(root: string) {
  const began = performance.now();
  const child = spawn(process.execPath, [entry, '--root', root, '--port', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: string[] = [];
  child.stderr.on('data', (text: Buffer) => said.push(text.toString()));
  const exited = once(child, 'close').then(([code]: unknown[]) => ({
    code,
    said: said.join(''),
    tookMs: performance.now() - began,
  }));
  return { child, exited, livedMs: () => performance.now() - began };
}

/** Every file below the root with all that a write would change. */
function picture(root: string): string[] {
  return (readdirSync(root, { recursive: true }) as string[]).sort().map((name) => {
    const { ino, size, mode, mtimeMs, ctimeMs } = lstatSync(join(root, name));
    return [name, ino, size, mode, mtimeMs, ctimeMs].join(' ');
  });
}

test(`case 19: of ${pairs} pairs started in the same instant on one root, one wins each, and the other says 73`, async () => {
  const root = temporaryRoot();
  for (let pair = 0; pair < pairs; pair++) {
    const two = [contender(root), contender(root)] as const;
    const loser = await Promise.race(two.map(({ exited }) => exited));
    const winner = two.find(({ child }) => child.exitCode === null && child.signalCode === null);
    expect(loser, `pair ${pair}`).toMatchObject({ code: 73 });
    expect(loser.said).toContain('works on');
    if (winner === undefined) throw new Error(`pair ${pair}: both ended`);
    await waitFor('the winner serves', () => announcedPid(root) === winner.child.pid, { timeoutMs: 20_000 });
    // As quick as a start itself, however busy the machine is: it waits for nothing.
    expect(loser.tookMs).toBeLessThan(winner.livedMs() + 2000);
    winner.child.kill(pair % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
    await winner.exited;
  }
}, 600_000);

test('case 19: a loser writes nothing: the root is byte for byte as it was', async () => {
  const winner = await TestCoordinator.start();
  onTestFinished(async () => void (await winner.dispose()));
  process.kill(winner.pid, 'SIGSTOP'); // It holds the lock, and what changes now was not its doing.
  onTestFinished(() => void process.kill(winner.pid, 'SIGCONT'));
  const before = picture(winner.root);
  const loser = await contender(winner.root).exited;
  expect(loser.code).toBe(73);
  expect(loser.said).toContain(`pid ${winner.pid}`);
  expect(picture(winner.root)).toEqual(before);
});

test('case 20: files that name a living stranger as the holder keep nobody from starting', async () => {
  const root = temporaryRoot();
  const stranger = process.pid;
  writeFileSync(
    join(root, 'coordinator.json'),
    JSON.stringify({
      api_version: apiVersion,
      pid: stranger,
      port: 54_113,
      url: 'http://127.0.0.1:54113',
      started_at: '2025-11-09T14:30:00.000Z',
      token_file: join(root, 'token'),
      root,
    }),
  );
  for (const name of ['lock', 'coordinator.lock', 'coordinator.pid']) writeFileSync(join(root, name), `${stranger}\n`);
  const own = TestCoordinator.on(root);
  onTestFinished(async () => void (await own.stop()));
  await own.start();
  expect((await own.client.health()).ok).toBe(true);
  expect(announcedPid(root)).toBe(own.pid);
});

function announcedPid(root: string): number | null {
  const path = join(root, 'coordinator.json');
  return existsSync(path) ? discoverySchema.parse(JSON.parse(readFileSync(path, 'utf8'))).pid : null;
}
