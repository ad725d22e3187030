/**
 * The door of request files, against whatever may lie there: the cases of docs/reliability.md about the folder, on the
 * built coordinator. `ZIGGIE_CASES=full` takes the full counts.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { emptyFleet, fleet as fold } from '../../../protocol/fleet.ts';
import { TestCoordinator } from '../../rig/coordinator.ts';
import { smallDisk, smallDiskMissing } from '../../rig/small-disk.ts';
import { straceMissing } from '../../rig/strace.ts';
import { waitFor } from '../../rig/wait-for.ts';

const isFull = process.env['ZIGGIE_CASES'] === 'full';
const withoutInotify = [
  'unshare',
  '-U',
  '-r',
  'sh',
  '-c',
  'echo 0 >/proc/sys/user/max_inotify_instances; exec "$@"',
  'sh',
];
const canForbidInotify =
  spawnSync('unshare', ['-U', '-r', 'test', '-w', '/proc/sys/user/max_inotify_instances']).status === 0;

const config = {
  default_runtime: 'quick',
  runtimes: {
    quick: { kind: 'command', command: '/bin/true' },
    idle: { kind: 'command', command: '/bin/sleep', args: ['300'] },
  },
  limits: { max_running: 4, max_queued: 20_000 },
};

type Body = Record<string, unknown> & { request_id: string };
const deploy = (request_id: string, more: Record<string, unknown> = {}): Body => ({
  request_id,
  agent_type: 'L1',
  config: { prompt: 'hi', report_required: false },
  ...more,
});
const list = (request_id: string): Body => ({ request_id, action: 'list' });

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ziggie-case-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function startOwn(options: Parameters<typeof TestCoordinator.start>[0] = {}): Promise<TestCoordinator> {
  const own = await TestCoordinator.start({ config, ...options });
  onTestFinished(async () => void (await own.dispose()));
  return own;
}

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await TestCoordinator.start({ config });
});
afterAll(async () => {
  await coordinator.dispose();
});

const inRequests = (...parts: string[]): string => coordinator.path('requests', ...parts);
const acceptedBy = (of: TestCoordinator): string[] =>
  of.journal().flatMap(({ event }) => (event.type === 'agent_accepted' ? [event.facts.request_id] : []));

/** Waits for the refusal of the file, and returns what the reason file beside it says. */
async function refused(name: string, id = name): Promise<unknown> {
  await coordinator.answer(id);
  const reason = inRequests('rejected', `${name}.json.reason.json`);
  await waitFor(`${name} is put aside`, () => existsSync(reason) && !existsSync(inRequests(`${name}.json`)));
  return JSON.parse(readFileSync(reason, 'utf8'));
}

test('case 37: a request written in two halves three seconds apart is taken when it is whole, and not refused before', async () => {
  const text = JSON.stringify(deploy('halves'));
  writeFileSync(inRequests('halves.json'), text.slice(0, 20));
  const half = Date.now();
  await waitFor('three seconds have passed without an answer', () => {
    expect(readdirSync(coordinator.path('responses')).some((name) => name.startsWith('halves'))).toBe(false);
    expect(existsSync(inRequests('halves.json'))).toBe(true);
    return Date.now() - half > 3000;
  });
  appendFileSync(inRequests('halves.json'), text.slice(20));
  expect(await coordinator.answer('halves', 3000)).toMatchObject({ request_id: 'halves', agent_type: 'L1' });
});

const many = isFull ? 10_000 : 1000;
test(`case 38: ${many} requests that come while the coordinator is stopped are each recorded once, and the limit holds`, async () => {
  const own = await startOwn();
  const names = Array.from({ length: many }, (_, number) => `m${String(number).padStart(5, '0')}`);
  for (const name of names) writeFileSync(own.path('requests', `${name}.tmp`), JSON.stringify(deploy(name)));
  process.kill(own.pid, 'SIGSTOP');
  const stopped = Date.now();
  for (const name of names) renameSync(own.path('requests', `${name}.tmp`), own.path('requests', `${name}.json`));
  await waitFor('it was stopped for a while', () => Date.now() - stopped > (isFull ? 5000 : 2000));
  process.kill(own.pid, 'SIGCONT');
  await waitFor('all files are taken', () => readdirSync(own.path('requests')).length === 1, {
    timeoutMs: 60_000,
    seen: () => own.output,
  });
  expect(acceptedBy(own).sort()).toEqual(names);
  let fleet = emptyFleet;
  for (const event of own.journal()) {
    fleet = fold(fleet, event);
    expect(fleet.counts.running + fleet.counts.starting).toBeLessThanOrEqual(config.limits.max_running);
  }
}, 180_000);

test.skipIf(!canForbidInotify)(
  'case 39: where the system refuses every watcher, it starts, says so, and the sweep takes 100 files (needs user namespaces)',
  async () => {
    const own = await startOwn({ wrapper: withoutInotify });
    await waitFor('it says so', () => own.output.includes('has trouble, the sweep goes on'));
    const names = Array.from({ length: 100 }, (_, number) => `w${String(number).padStart(3, '0')}`);
    for (const name of names) own.drop(name, list(name));
    await waitFor('all are taken', () => readdirSync(own.path('requests')).length === 1, { timeoutMs: 5000 });
    expect(readdirSync(own.path('responses')).sort()).toEqual(names.map((name) => `${name}_response.json`));
  },
);

test('case 40: a folder removed and made again is taken up again', async () => {
  const own = await startOwn();
  rmSync(own.path('requests'), { recursive: true });
  const removed = Date.now();
  await waitFor('a second has passed', () => Date.now() - removed > 1000);
  mkdirSync(own.path('requests'), { recursive: true });
  await waitFor('a little more', () => Date.now() - removed > 1300);
  expect(await own.dropAndAnswer(list('again'), 5000)).toHaveProperty('total');
  // And what is refused has a place again.
  expect(await own.dropAndAnswer(deploy('bad', { agent_type: 'L9' }))).toMatchObject({ code: 'HIERARCHY_VIOLATION' });
  await waitFor('it is put aside', () => existsSync(own.path('requests', 'rejected', 'bad.json')));
});

test('case 41: eight named pipes are refused unopened, and neither a request beside them nor the other door waits', async () => {
  writeFileSync(coordinator.path('prompts', 'beside.md'), 'hi'); // Read by the thread pool, which a blocked read would hold.
  for (let number = 0; number < 8; number++) execFileSync('mkfifo', [inRequests(`p${number}.json`)]);
  coordinator.drop('q', deploy('q', { config: { prompt_file: 'prompts/beside.md', report_required: false } }));
  expect(await coordinator.answer('q', 5000)).toMatchObject({ request_id: 'q', agent_type: 'L1' });
  expect((await coordinator.client.health()).ok).toBe(true);
  for (let number = 0; number < 8; number++) {
    expect(await refused(`p${number}`)).toMatchObject({ details: { reason: 'not_regular_file' } });
    expect(lstatSync(inRequests('rejected', `p${number}.json`)).isFIFO()).toBe(true);
  }
});

test.skipIf(straceMissing() !== null)(
  'case 42: a link is refused, what it leads to is never opened, and the reason holds none of it (needs strace)',
  async () => {
    const trace = join(temporaryFolder(), 'trace');
    const own = await startOwn({
      wrapper: ['strace', '-DD', '-f', '-qq', '-o', trace, '-e', 'trace=open,openat,openat2'],
    });
    const target = join(temporaryFolder(), 'target.json');
    writeFileSync(target, JSON.stringify(list('stolen')));
    symlinkSync(target, own.path('requests', 'link.json'));
    expect(await own.answer('link', 30_000)).toMatchObject({ details: { reason: 'not_regular_file' } });
    await waitFor('it is put aside', () => existsSync(own.path('requests', 'rejected', 'link.json')));
    await own.dropAndAnswer(list('witness'), 30_000);
    await waitFor('the trace has what came after', () =>
      readFileSync(trace, 'utf8').includes('/requests/witness.json'),
    );
    expect(readFileSync(trace, 'utf8')).not.toContain('target.json');
    expect(readFileSync(trace, 'utf8')).not.toContain('/requests/link.json');
    expect(readFileSync(own.path('requests', 'rejected', 'link.json.reason.json'), 'utf8')).not.toContain('stolen');
    expect(existsSync(own.path('responses', 'stolen_response.json'))).toBe(false);
  },
);

describe('case 43: a folder of ours that was replaced by a link', () => {
  test.each(['requests/rejected', 'responses', 'state', 'logs', 'runs'])(
    'case 43: %s keeps it from starting: exit code 78, its name is said, and nothing is written through it',
    async (name) => {
      const root = temporaryFolder();
      const elsewhere = temporaryFolder();
      mkdirSync(join(root, 'requests'));
      symlinkSync(elsewhere, join(root, name));
      const own = TestCoordinator.on(root);
      await expect(own.start()).rejects.toThrow(
        new RegExp(`ended with 78.*${join(root, name)} is a symbolic link`, 's'),
      );
      expect(readdirSync(elsewhere)).toEqual([]);
    },
  );

  test('case 43: rejected/ replaced while it serves is made again, and nothing is written through it', async () => {
    const own = await startOwn();
    const elsewhere = temporaryFolder();
    rmSync(own.path('requests', 'rejected'), { recursive: true });
    symlinkSync(elsewhere, own.path('requests', 'rejected'));
    await own.dropAndAnswer(deploy('bad', { agent_type: 'L9' }));
    const rejected = own.path('requests', 'rejected');
    await waitFor('it is put aside', () => existsSync(`${rejected}/bad.json`), { seen: () => readdirSync(rejected) });
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(readdirSync(rejected).sort()).toEqual(['bad.json', 'bad.json.reason.json']);
    // What it prints comes by a way of its own.
    await waitFor('it says so', () => own.output.includes('was a symbolic link'), { seen: () => own.output });
  });
});

test('case 44: a hard link of another file is refused, and that file is as it was', async () => {
  const other = coordinator.path('other.json');
  writeFileSync(other, JSON.stringify(deploy('stolen')), { mode: 0o640 });
  const { mode, ino, mtimeMs } = statSync(other);
  linkSync(other, inRequests('hard.json'));
  expect(await refused('hard')).toMatchObject({ details: { reason: 'link_count' } });
  expect(statSync(other)).toMatchObject({ mode, ino, mtimeMs });
  expect(readFileSync(other, 'utf8')).toBe(JSON.stringify(deploy('stolen')));
  expect(acceptedBy(coordinator)).not.toContain('stolen');
});

test('case 45: 1 MiB and a byte is too large, and so are 10 GiB that are not there, which nobody reads', async () => {
  const limit = 1024 * 1024;
  const head = '{"request_id":"large","action":"list","note":"';
  coordinator.drop('large', `${head}${'x'.repeat(limit + 1 - head.length - 2)}"}`);
  expect(await refused('large')).toMatchObject({ code: 'TOO_LARGE', details: { size: limit + 1, limit } });
  const before = residentBytes(coordinator.pid);
  writeFileSync(inRequests('sparse.tmp'), '');
  truncateSync(inRequests('sparse.tmp'), 10 * 1024 ** 3);
  renameSync(inRequests('sparse.tmp'), inRequests('sparse.json'));
  expect(await refused('sparse')).toMatchObject({ code: 'TOO_LARGE' });
  expect(residentBytes(coordinator.pid) - before).toBeLessThan(100 * 1024 ** 2);
});

test.each<[string, string, string | Buffer, string]>([
  ['case 46: 100,000 brackets', 'nested', '['.repeat(100_000) + ']'.repeat(100_000), 'too_deep'],
  ['case 47: Latin-1', 'latin', Buffer.from('{"name":"caf\xe9"}', 'latin1'), 'bad_encoding'],
  ['case 48: a key that stands twice', 'twice', '{"request_id":"twice","request_id":"b"}', 'duplicate_key'],
  [
    'case 49: a key into the prototype',
    'proto',
    '{"request_id":"proto","__proto__":{"isAdmin":true}}',
    'unknown_field',
  ],
])('%s is refused, and nothing is started', async (_what, name, content, reason) => {
  const before = acceptedBy(coordinator);
  coordinator.drop(name, content);
  expect(await refused(name)).toMatchObject({ code: 'INVALID_REQUEST', details: { reason } });
  expect(acceptedBy(coordinator)).toEqual(before);
});

test.each<[string, string, (text: string) => Buffer]>([
  ['UTF-8 with a BOM', 'bom', (text) => Buffer.from(`\uFEFF${text}`, 'utf8')],
  ['UTF-16 as PowerShell writes it', 'utf16', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ['UTF-16, high byte first', 'utf16be', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16()],
])('case 47: %s is taken', async (_what, id, encode) => {
  coordinator.drop(id, encode(JSON.stringify(deploy(id, { name: 'café' }))));
  expect(await coordinator.answer(id)).toMatchObject({ request_id: id, name: 'café' });
});

test('case 50: names that are no request are left where they are, and X.JSON is one', async () => {
  const own = await startOwn();
  const others = ['.x.json', 'x.json.tmp', 'x.json~', 'x.swp'];
  for (const name of others) writeFileSync(own.path('requests', name), JSON.stringify(deploy('never')));
  writeFileSync(own.path('requests', 'X.JSON'), JSON.stringify(list('loud')));
  expect(await own.answer('loud')).toHaveProperty('total');
  await own.crash();
  await own.start(); // A start sweeps, too.
  await own.dropAndAnswer(list('sweep'));
  await waitFor('its file goes', () => !existsSync(own.path('requests', 'sweep.json')));
  expect(readdirSync(own.path('requests')).sort()).toEqual([...others, 'rejected'].sort());
  expect(acceptedBy(own)).toEqual([]);
});

describe('a file that a crash left behind, though its request was carried out', () => {
  test('gets the same answer, starts nothing, and goes', async () => {
    const own = await startOwn();
    const first = await own.dropAndAnswer(deploy('left'));
    await own.ended(first.agent_id ?? '');
    await own.crash();
    rmSync(own.path('responses', 'left_response.json'));
    own.drop('left', deploy('left'));
    await own.start();
    expect(await own.answer('left')).toMatchObject({ agent_id: first.agent_id });
    await waitFor('the file goes', () => readdirSync(own.path('requests')).length === 1);
    expect(acceptedBy(own)).toEqual(['left']);
    expect(readdirSync(own.path('requests', 'rejected'))).toEqual([]);
  });

  test('though the agent that asked has ended with its token since', async () => {
    const own = await startOwn({ config: { ...config, default_runtime: 'idle' } });
    const parent = await own.dropAndAnswer(deploy('parent'));
    const token = await own.agentToken(parent.agent_id ?? '');
    const body = deploy('child', { agent_type: 'L2.1', token });
    const first = await own.dropAndAnswer(body);
    expect(first).toMatchObject({ parent_agent: parent.agent_id });
    await own.client.stop(parent.agent_id ?? '', 'enough');
    await own.crash();
    own.drop('child', body);
    own.drop('new', { ...body, request_id: 'new' });
    await own.start();
    await waitFor('both files go', () => readdirSync(own.path('requests')).length === 1);
    expect(await own.answer('child')).toMatchObject({ agent_id: first.agent_id });
    expect(existsSync(own.path('responses', 'child_error.json'))).toBe(false);
    expect(await own.answer('new')).toMatchObject({ code: 'UNAUTHENTICATED' }); // The token is no good for anything else.
    expect(acceptedBy(own)).toEqual(['parent', 'child']);
  });
});

test('case 32: request files wait while every descriptor is used up, and are answered when there are some again', async () => {
  const own = await startOwn();
  const names = ['e1', 'e2', 'e3'];
  limitDescriptors(own.pid, firstUnusedDescriptor(own.pid));
  for (const name of names) own.drop(name, list(name));
  await waitFor('it has noticed', () => {
    limitDescriptors(own.pid, firstUnusedDescriptor(own.pid)); // It may have had one more open for a moment before.
    return own.output.includes('EMFILE');
  });
  // Whatever has no answer by now lies where it was.
  const answered = new Set(readdirSync(own.path('responses')));
  const waiting = names.filter((name) => !answered.has(`${name}_response.json`));
  expect(waiting.filter((name) => !existsSync(own.path('requests', `${name}.json`)))).toEqual([]);
  limitDescriptors(own.pid, 1024);
  for (const name of names) expect(await own.answer(name)).toHaveProperty('total');
  await waitFor('the files go', () => readdirSync(own.path('requests')).length === 1);
  expect(readdirSync(own.path('requests', 'rejected'))).toEqual([]);
});

test('an answer that cannot be written is owed until it can, and its file stays until then', async () => {
  const own = await startOwn();
  rmSync(own.path('responses'), { recursive: true });
  writeFileSync(own.path('responses'), 'in the way');
  own.drop('owed', list('owed'));
  await waitFor('it has noticed', () => own.output.includes('is tried again'));
  expect(existsSync(own.path('requests', 'owed.json'))).toBe(true);
  rmSync(own.path('responses'));
  expect(await own.answer('owed')).toHaveProperty('total');
  await waitFor('the file goes', () => !existsSync(own.path('requests', 'owed.json')));
});

test.skipIf(smallDiskMissing() !== null)(
  'case 27: a request file waits while the disk is full, and is carried out when it is not (needs root)',
  async () => {
    const disk = smallDisk();
    onTestFinished(() => disk.remove());
    const own = await TestCoordinator.start({ root: disk.folder, config });
    onTestFinished(async () => void (await own.stop()));
    writeFileSync(own.path('requests', 'full.tmp'), JSON.stringify(deploy('full')));
    disk.fill();
    renameSync(own.path('requests', 'full.tmp'), own.path('requests', 'full.json'));
    await waitFor('it has noticed', () => own.output.includes('full.json waits in requests/'), {
      seen: () => own.output,
    });
    expect(existsSync(own.path('requests', 'full.json'))).toBe(true);
    expect(readdirSync(own.path('responses'))).toEqual([]);
    disk.free();
    const answer = await own.answer('full');
    expect(answer, JSON.stringify(answer)).toMatchObject({ request_id: 'full', agent_type: 'L1' });
    expect(acceptedBy(own)).toEqual(['full']);
  },
);

/** The number that the next file it opens would get. */
function firstUnusedDescriptor(pid: number): number {
  const used = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
  return Array.from({ length: used.size + 1 }, (_, fd) => fd).find((fd) => !used.has(fd)) ?? used.size;
}

/** From now on; what it has open stays open. */
function limitDescriptors(pid: number, count: number): void {
  execFileSync('prlimit', ['--pid', String(pid), `--nofile=${count}:`]);
}

function residentBytes(pid: number): number {
  const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
  return Number(pages) * 4096;
}
