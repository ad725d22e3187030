/** The coordinator's side of the nursery where no process can be started, or the nursery hangs up. The nursery is the built one. */
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
import { expect, onTestFinished, test } from 'vitest';
import { NurseryClient } from '../../main/coordinator/process/posix/nursery-client.ts';
import { agentEnvironment } from '../../main/coordinator/runtimes/environment.ts';
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
    .find((pid) => isAlive(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('nursery.js'));

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
