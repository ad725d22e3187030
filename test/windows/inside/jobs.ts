import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as Koffi from 'koffi';
import { jobName, openJob } from '../../../main/coordinator/process/windows/job.ts';
import { bootTime } from '../../../main/coordinator/process/windows/process-handle.ts';
import { test } from './check.ts';
import {
  ascending,
  hold,
  longEnough,
  native,
  node,
  order,
  pidsIn,
  place,
  run,
  textOf,
  waitFor,
  withDetachedHelper,
} from './rig.ts';

const minute = { timeout: 60_000 };

test('nothing of a held run happens before it is let go; then its exit is exact and dated', minute, async () => {
  const where = place();
  const { held, order: asked, mark } = await hold(where, { args: node('process.exit(143)') });
  await longEnough();
  assert.equal(where.ownership.check(held.identity), 'match');
  assert.equal(existsSync(join(asked.attemptFolder, 'claim')), false);
  held.release();
  assert.equal(readFileSync(join(asked.attemptFolder, 'claim'), 'utf8').trim(), String(held.identity.pid));
  assert.deepEqual(await held.gone, { code: 143, signal: null });
  const record = join(asked.attemptFolder, 'exit.json');
  assert.deepEqual(JSON.parse(readFileSync(record, 'utf8')), { code: 143, signal: null });
  assert.ok(Math.abs(Date.now() - statSync(record).mtimeMs) < 5000);
  assert.equal(where.ownership.check(held.identity), 'gone');
  where.ownership.forget(mark);
});

test('a run that is abandoned never begins', minute, async () => {
  const where = place();
  const { held, order: asked } = await hold(where, { args: node('console.log("begun")') });
  await longEnough();
  held.abandon();
  await held.gone;
  assert.equal(textOf(asked.logFile), '');
  assert.equal(existsSync(join(asked.attemptFolder, 'exit.json')), false);
});

test('a run that another has claimed is ended unbegun', minute, async () => {
  const where = place();
  const { held, order: asked } = await hold(where, { args: node('console.log("begun")') });
  writeFileSync(join(asked.attemptFolder, 'claim'), '1');
  held.release();
  await held.gone;
  assert.equal(textOf(asked.logFile), '');
  assert.match(where.lines.join(), /claim cannot be made/);
});

test('a detached helper belongs to the job, is counted, and is ended with it', minute, async () => {
  const where = place();
  const { held, order: asked, mark } = await run(where, { args: withDetachedHelper });
  const pids = await waitFor('both pids', () => pidsIn(asked.logFile), { seen: () => textOf(asked.logFile) });
  assert.equal(pids[0], held.identity.pid);
  const members = where.ownership.membersOf([mark]).get(mark.nonce) ?? [];
  assert.deepEqual([...members].sort(ascending), [...pids].sort(ascending));
  const usage = (await where.ownership.usageOf([mark])).get(mark.nonce);
  assert.equal(usage?.processes, members.length);
  assert.ok((usage?.memoryMb ?? 0) > 10, JSON.stringify(usage));
  assert.ok((usage?.cpuSeconds ?? 0) > 0, JSON.stringify(usage));
  assert.deepEqual(await where.ownership.endMembers(mark), []);
  assert.deepEqual(await held.gone, { code: 1, signal: null });
  assert.deepEqual(pids.map(isAlive), [false, false]);
  where.ownership.forget(mark);
});

test('another coordinator finds the job by its name, adopts by identity, and reads the exit', minute, async () => {
  const first = place();
  const { order: asked, mark } = await run(first, { args: withDetachedHelper });
  const pids = await waitFor('both pids', () => pidsIn(asked.logFile));
  first.ownership.forget(mark); // Lets go of every handle, as its death would.
  const second = place(first.root);
  assert.equal(second.ownership.check(mark.leader), 'match');
  assert.equal(second.ownership.check({ ...mark.leader, start_time: '1' }), 'mismatch');
  assert.equal(second.ownership.check({ ...mark.leader, start_time: null }), 'unknown');
  const members = second.ownership.membersOf([mark]).get(mark.nonce) ?? [];
  assert.ok(pids.every((pid) => members.includes(pid)));
  assert.deepEqual(await second.ownership.endMembers(mark), []);
  assert.deepEqual(pids.map(isAlive), [false, false]);
  assert.equal(second.ownership.check(mark.leader), 'gone');
  second.ownership.forget(mark);
  assert.equal(JSON.parse(readFileSync(join(asked.attemptFolder, 'exit.json'), 'utf8')).code, 1);
  await waitFor('the name goes with the last handle', () => {
    const job = openJob(native, jobName(first.root, mark));
    if (job !== null) native.CloseHandle(job);
    return job === null;
  });
});

test('what an agent leaves behind while nobody watches is ended by the kernel with its job', minute, async () => {
  const where = place();
  const code = `
    const helper = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'],
      { detached: true, stdio: 'ignore' });
    console.log(process.pid + ' ' + helper.pid);
    process.stdin.on('data', () => {}).on('end', () => setTimeout(() => process.exit(0), 1500));
  `;
  const { order: asked, mark } = await run(where, { args: node(code) });
  const pids = await waitFor('both pids', () => pidsIn(asked.logFile));
  where.ownership.forget(mark);
  assert.equal(isAlive(pids[1] ?? 0), true);
  await waitFor('both are gone', () => !pids.some(isAlive));
});

test('a job that cannot be made is replaced by the process and its tree', minute, async () => {
  const where = place();
  const wanted = order(where.root, { args: withDetachedHelper });
  // The name is taken by a kernel object of another kind, so Windows refuses a job of that name.
  const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
  const createEvent = koffi.load('kernel32.dll').func('intptr_t CreateEventW(void *a, int b, int c, str16 name)');
  const event: unknown = createEvent(null, 0, 0, jobName(where.root, wanted.run));
  assert.ok(Number(event) > 0);
  const held = await where.ownership.launcher.hold(wanted);
  assert.ok(held.ok);
  held.value.release();
  assert.match(where.lines.join(), /Windows gives no job/);
  await waitFor('both pids', () => pidsIn(wanted.logFile));
  const mark = { ...wanted.run, leader: held.value.identity };
  assert.equal(where.ownership.check(mark.leader), 'match');
  assert.deepEqual(await where.ownership.endMembers(mark), []);
  await held.value.gone;
  assert.match(where.lines.join(), /cannot be opened/);
  native.CloseHandle(Number(event));
  for (const pid of pidsIn(wanted.logFile) ?? []) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
});

test('a start that cannot work says why and leaves no job', minute, async () => {
  const where = place();
  const missing = await where.ownership.launcher.hold(order(where.root, { file: 'C:\\no\\agent.exe', args: [] }));
  assert.ok(!missing.ok);
  assert.equal(missing.failure.code, 'SPAWN_FAILED');
  assert.match(missing.failure.message, /no such (file|folder).*CreateProcessW/);
  const batch = await where.ownership.launcher.hold(order(where.root, { file: 'C:\\tools\\agent.CMD ', args: [] }));
  assert.ok(!batch.ok && /cmd\.exe/.test(batch.failure.message));
  const long = await where.ownership.launcher.hold(order(where.root, { args: ['x'.repeat(40_000)] }));
  assert.ok(!long.ok && /32766 characters/.test(long.failure.message));
  const folder = order(where.root, { args: [] });
  mkdirSync(folder.logFile);
  const log = await where.ownership.launcher.hold(folder);
  assert.ok(!log.ok && /not a regular file/.test(log.failure.message));
});

test('an agent inherits the handles it was given and no other', minute, async () => {
  const where = place();
  const file = join(where.root, 'ours.txt');
  const ours = openInheritable(file);
  const { held, mark } = await run(where, { args: node('setInterval(() => {}, 1000)') });
  native.CloseHandle(ours);
  // Opened without sharing: were it inherited, it would stay open in the agent, and nobody else could open it.
  assert.doesNotThrow(() => readFileSync(file));
  assert.equal(where.ownership.check(held.identity), 'match');
  await where.ownership.endMembers(mark);
});

test('the boot has one time, whoever asks', minute, async () => {
  const mine = bootTime(native);
  assert.match(mine ?? '', /^\d{15,}$/);
  assert.equal(bootTime(native), mine);
});

test('forty runs at a time end with the codes they chose', { timeout: 120_000 }, async () => {
  const where = place();
  const runs = await Promise.all(
    Array.from({ length: 40 }, (_, code) => run(where, { args: node(`process.exit(${code})`) })),
  );
  const codes = await Promise.all(runs.map(async ({ held }) => (await held.gone).code));
  assert.deepEqual(
    codes,
    Array.from({ length: 40 }, (_, code) => code),
  );
  for (const { mark } of runs) where.ownership.forget(mark);
});

function openInheritable(file: string): number {
  const security = Buffer.alloc(24);
  security.writeUInt32LE(24, 0);
  security.writeInt32LE(1, 16);
  const [genericWrite, noSharing, createAlways, normal] = [0x40_00_00_00, 0, 2, 0x80];
  return native.CreateFileW(file, genericWrite, noSharing, security, createAlways, normal, 0);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
