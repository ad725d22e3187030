import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { linkSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { build } from 'vite';
import { lockRoot } from '../../../main/coordinator/ledger/root-lock.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Plain Node reads no TypeScript, so the holder of the lock is built. */
const built = mkdtempSync(join(tmpdir(), 'ziggie-lock-'));
beforeAll(async () => {
  await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: join(import.meta.dirname, 'lock-holder.ts'),
      outDir: built,
      emptyOutDir: true,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: 'holder.mjs' } },
    },
  });
});
afterAll(() => rmSync(built, { recursive: true, force: true }));

/** Another process that tries for the lock; settles with what it says, "held" or "refused". */
async function rival(
  root: string,
  platform: string = process.platform,
  env: NodeJS.ProcessEnv = {},
): Promise<{ said: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [join(built, 'holder.mjs'), root, platform], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  return { said: chunk.toString().trim(), child };
}

/** SIGKILL, and gone. */
async function killed(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

test('one holds it, the next is refused, and after a release it is free', async () => {
  const root = temporaryFolder();
  const first = await lockRoot(root);
  expect(first).not.toBeNull();
  expect(await lockRoot(root)).toBeNull();
  expect((await rival(root)).said).toBe('refused');
  await first?.release();
  const second = await lockRoot(root);
  expect(second).not.toBeNull();
  await second?.release();
});

test('two roots have two locks', async () => {
  const [one, other] = [await lockRoot(temporaryFolder()), await lockRoot(temporaryFolder())];
  expect(one).not.toBeNull();
  expect(other).not.toBeNull();
  await one?.release();
  await other?.release();
});

test('a root by another name is the same root', async () => {
  const root = temporaryFolder();
  const link = join(temporaryFolder(), 'link');
  symlinkSync(root, link);
  const first = await lockRoot(root);
  expect(await lockRoot(link)).toBeNull();
  await first?.release();
});

test('a holder that is killed holds it no more', async () => {
  const root = temporaryFolder();
  const { said, child } = await rival(root);
  expect(said).toBe('held');
  expect(await lockRoot(root)).toBeNull();
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await waitFor('the lock is free', () => lockRoot(root));
  await lock.release();
});

test('case 19: of many that try at the same time exactly one gets it', async () => {
  const root = temporaryFolder();
  const said = await Promise.all(Array.from({ length: 6 }, () => rival(root).then((one) => one.said)));
  expect(said.filter((word) => word === 'held')).toHaveLength(1);
  expect(said.filter((word) => word === 'refused')).toHaveLength(5);
});

test.skipIf(process.platform !== 'linux')('is released whoever keeps a connection to it open', async () => {
  const root = temporaryFolder();
  const lock = await lockRoot(root);
  const name = createHash('sha256').update(realpathSync.native(root)).digest('hex').slice(0, 32);
  const stranger = connect({ path: `\0ziggie-${name}`, allowHalfOpen: true });
  onTestFinished(() => void stranger.destroy());
  stranger.on('error', () => undefined);
  await once(stranger, 'connect');
  await expect(lock?.release()).resolves.toBeUndefined();
});

// As on macOS, where names in no folder are not to be had; the same code runs here.
describe.skipIf(process.platform === 'win32')('by a socket file', () => {
  const deep = (): string => {
    const root = join(temporaryFolder(), 'd'.repeat(120));
    mkdirSync(root);
    return root;
  };

  test.each([
    ['in a root', temporaryFolder],
    ['of a root too deep for a socket', deep],
  ])('%s it is one lock, whatever folder for temporary files each is given', async (_where, make) => {
    const root = make();
    const first = await rival(root, 'darwin', { TMPDIR: temporaryFolder() });
    expect(first.said).toBe('held');
    expect((await rival(root, 'darwin', { TMPDIR: temporaryFolder() })).said).toBe('refused');
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    const next = await lockRoot(root, 'darwin');
    expect(next).not.toBeNull();
    expect((await rival(root, 'darwin')).said).toBe('refused');
    await next?.release();
    const again = await lockRoot(root, 'darwin');
    expect(again).not.toBeNull();
    await again?.release();
  });

  test('case 19: of many that find the file of one that was killed, exactly one gets it', async () => {
    const root = temporaryFolder();
    for (let round = 1; round <= 3; round++) {
      const said = await Promise.all(Array.from({ length: 6 }, () => rival(root, 'darwin')));
      expect(said.filter((one) => one.said === 'held')).toHaveLength(1);
      expect(readdirSync(root)).toEqual([`lock.${round}.sock`]);
      await Promise.all(said.map(({ child }) => killed(child)));
    }
  });

  // What it saw is no longer so when it acts: the names it looked at change hands between its look and its move.
  test.each([
    ['its number was taken', 2],
    ['its number was taken and let go, and the next one is held', 3],
  ])('case 19: one that is slow does not get what another holds meanwhile: %s', async (_what, held) => {
    const root = realpathSync.native(temporaryFolder());
    await killed((await rival(root, 'darwin')).child);
    expect(readdirSync(root)).toEqual(['lock.1.sock']);
    const holder = createServer().listen(join(root, 'holder'));
    onTestFinished(() => void holder.close());
    await once(holder, 'listening');

    const slow = lockRoot(root, 'darwin'); // Has looked, and waits for an answer of the first.
    linkSync(join(root, 'holder'), join(root, `lock.${held}.sock`));
    rmSync(join(root, 'lock.1.sock'));
    expect(await slow).toBeNull();
    expect(readdirSync(root).sort()).toEqual(['holder', `lock.${held}.sock`]);
  });
});
