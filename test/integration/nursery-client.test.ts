/** The coordinator's side of the nursery where no process can be started, or the nursery dies or hangs up. The nursery is the built one. */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { type Gate, NurseryClient } from '../../main/coordinator/process/posix/nursery-client.ts';
import { agentEnvironment } from '../../main/coordinator/runtimes/environment.ts';
import type { Result } from '../../protocol/failures.ts';
import { isAlive } from '../rig/coordinator.ts';
import { waitFor } from '../rig/wait-for.ts';

const built = resolve(import.meta.dirname, '../../dist/main/nursery.js');
const canLimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0;

function client(script = built): { nursery: NurseryClient; lines: string[] } {
  const lines: string[] = [];
  const environment = agentEnvironment(process.env, {});
  const nursery = new NurseryClient({ script, environment, log: (line) => lines.push(line) });
  onTestFinished(() => nursery.close());
  return { nursery, lines };
}

const nurseryPid = (): number | undefined =>
  readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'latin1')
    .split(' ')
    .filter(Boolean)
    .map(Number)
    .find((pid) => isAlive(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('nursery.'));

/** How many descriptors a process may have; what it was comes back. */
function limitDescriptors(pid: number, soft: number): number {
  const was = /^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'latin1'))?.[1];
  const { status, stderr } = spawnSync('prlimit', ['--pid', String(pid), `--nofile=${soft}:`], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`prlimit: ${stderr}`);
  return Number(was);
}

const largestDescriptor = (pid: number): number => Math.max(...readdirSync(`/proc/${pid}/fd`).map(Number));

/** Every gate that is ready, taken and let go again. */
function takeAllReady(nursery: NurseryClient): number {
  for (let count = 0; ; count++) {
    const gate = nursery.takeReady();
    if (gate === null) return count;
    gate.dismiss();
  }
}

test.skipIf(!canLimit)('the store is filled again when processes can be started again', async () => {
  const { nursery } = client();
  const pid = await waitFor('a nursery', nurseryPid);
  const first = await nursery.take();
  expect(first.ok).toBe(true);
  if (first.ok) first.value.dismiss();
  const was = limitDescriptors(pid, 3); // Nothing can be opened any more.
  await waitFor('the last gate is taken', async () => {
    takeAllReady(nursery);
    return !(await nursery.take()).ok;
  });
  expect(takeAllReady(nursery)).toBe(0);
  limitDescriptors(pid, was);
  const ready: number[] = [];
  await waitFor('four gates were ready', () => {
    ready.push(takeAllReady(nursery));
    return ready.reduce((sum, count) => sum + count) >= 4;
  });
});

test.skipIf(!canLimit)(
  'without a descriptor free there is no nursery, which is said, and the next take has one',
  async () => {
    const was = limitDescriptors(process.pid, largestDescriptor(process.pid) + 40);
    const opened: number[] = [];
    const closeAll = (): void => {
      for (const fd of opened.splice(0)) closeSync(fd);
    };
    onTestFinished(() => {
      closeAll();
      limitDescriptors(process.pid, was);
    });
    try {
      for (;;) opened.push(openSync('/dev/null', 'r'));
    } catch (error) {
      expect(error).toMatchObject({ code: 'EMFILE' });
    }
    const { nursery, lines } = client();
    const refused = await nursery.take();
    expect(refused).toMatchObject({ ok: false, failure: { code: 'SPAWN_FAILED' } });
    expect(lines.join()).toContain('EMFILE');
    closeAll();
    expect(await nursery.take()).toMatchObject({ ok: true });
  },
);

test('who waits when the nursery dies has a gate from the next one, and is refused where that dies before its first', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ziggie-nursery-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [script, broken] = [join(folder, 'nursery.mjs'), join(folder, 'broken')];
  writeFileSync(
    script,
    `import { existsSync } from 'node:fs';
     if (existsSync(${JSON.stringify(broken)})) process.exit(3);
     await import(${JSON.stringify(pathToFileURL(built).href)});`,
  );
  const { nursery, lines } = client(script);
  /** So many takes wait for a nursery that does nothing any more, and is ended then. */
  const waitAndKill = async (): Promise<Result<Gate>[]> => {
    const first = await nursery.take();
    if (!first.ok) throw new Error(first.failure.message);
    first.value.dismiss();
    const pid = await waitFor('a nursery', nurseryPid);
    process.kill(pid, 'SIGSTOP');
    takeAllReady(nursery);
    const waiting = Promise.all(Array.from({ length: 5 }, () => nursery.take()));
    process.kill(pid, 'SIGKILL');
    return waiting;
  };
  for (const gate of await waitAndKill()) {
    expect(gate).toMatchObject({ ok: true });
    if (gate.ok) gate.value.dismiss();
  }
  expect(lines).toHaveLength(1);
  writeFileSync(broken, '');
  const refused = { ok: false, failure: { code: 'SPAWN_FAILED', message: expect.stringContaining('ended with 3') } };
  for (const gate of await waitAndKill()) expect(gate).toMatchObject(refused);
  expect(lines).toHaveLength(3);
});

test('closing beside a nursery that has hung up already is no error', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ziggie-nursery-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [script, said] = [join(folder, 'nursery.cjs'), join(folder, 'pid')];
  writeFileSync(
    script,
    `process.disconnect(); setInterval(() => {}, 1000);
     process.once('disconnect', () => require('node:fs').writeFileSync(${JSON.stringify(said)}, String(process.pid)));`,
  );
  const { nursery } = client(script);
  await waitFor('it has hung up', () => existsSync(said) && readFileSync(said, 'utf8') !== '');
  const pid = Number(readFileSync(said, 'utf8'));
  onTestFinished(() => void process.kill(pid, 'SIGKILL'));
  expect(isAlive(pid)).toBe(true);
  expect(() => nursery.close()).not.toThrow();
});
