/** A disk that refuses, a journal that is damaged, caches that are gone: said, survived, and mended without a restart. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Health } from '../../../protocol/api.ts';
import { isAlive, TestCoordinator } from '../../rig/coordinator.ts';
import { smallDisk, smallDiskMissing } from '../../rig/small-disk.ts';
import { Strace, straceMissing } from '../../rig/strace.ts';
import { unreplaceable, unreplaceableMissing } from '../../rig/unreplaceable.ts';
import { waitFor } from '../../rig/wait-for.ts';

/** Null, or why no disk can be made to refuse here. */
const noFaults = smallDiskMissing() ?? straceMissing() ?? unreplaceableMissing();

const used: TestCoordinator[] = [];
const undo: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
  for (const coordinator of used.splice(0)) await coordinator.dispose();
});

interface Wish {
  readonly root?: string;
  readonly limits?: Record<string, unknown>;
}

async function start({ limits = {}, ...rest }: Wish = {}): Promise<TestCoordinator> {
  const config = { default_runtime: 'sleep', runtimes: { sleep }, limits, report: { required: false } };
  const coordinator = await TestCoordinator.start({ config, ...rest });
  used.push(coordinator);
  return coordinator;
}
const sleep = {
  kind: 'command',
  command: '/bin/sh',
  args: ['-c', 'while [ ! -e "$ZIGGIE_ROOT/go" ]; do sleep 0.05; done; exit 3'],
};

const requestOf = (request_id: string) => ({ request_id, agent_type: 'L1', config: { prompt: 'x' } });

async function health(coordinator: TestCoordinator): Promise<Health> {
  const answer = await coordinator.client.health();
  if (!answer.ok) throw new Error(JSON.stringify(answer.failure));
  return answer.value;
}

const isHealthy = (coordinator: TestCoordinator): Promise<boolean> =>
  health(coordinator).then(({ status }) => status === 'ok');

async function deployed(coordinator: TestCoordinator, requestId: string): Promise<{ agentId: string; pid: number }> {
  const answer = await coordinator.client.deploy(requestOf(requestId));
  expect(answer).toMatchObject({ ok: true, value: { record: { status: 'running' } } });
  return answer.ok
    ? { agentId: answer.value.record.agent_id, pid: answer.value.record.pid ?? 0 }
    : { agentId: '', pid: 0 };
}

/** An answer may be ahead of the launcher's claim by a moment, which has to be on the disk before that is full. */
async function begun(coordinator: TestCoordinator, agentId: string): Promise<void> {
  const claim = coordinator.path('runs', agentId, '1', 'claim');
  await waitFor(`${agentId} has begun`, () => existsSync(claim) && readFileSync(claim, 'utf8').endsWith('\n'));
}

/** Nobody can replace the file, to the end of the test or until it is released. */
async function heldOpen(path: string): Promise<() => void> {
  const release = await unreplaceable(path);
  undo.push(release);
  return release;
}

const acceptedIds = (coordinator: TestCoordinator): string[] =>
  coordinator.journal().flatMap(({ event }) => (event.type === 'agent_accepted' ? [event.facts.request_id] : []));

describe('a damaged journal', () => {
  test('case 22: a bit flipped in the middle makes it read-only: said, answered 503, files and agents untouched', async () => {
    const coordinator = await start();
    const { agentId, pid } = await deployed(coordinator, 'lives');
    for (const id of ['a', 'b', 'c']) await deployed(coordinator, id);
    await coordinator.crash();
    const path = coordinator.path('journal', '00000001.jsonl');
    const bytes = readFileSync(path);
    const at = bytes.indexOf(0x0a, bytes.length / 2) + 30;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    coordinator.drop('waits', requestOf('waits'));
    // Nobody can say whose it is: its acceptance may stand behind the damage.
    const unowned = coordinator.path('runs', 'agent_20260101_000000_5');
    mkdirSync(unowned);
    await coordinator.start();
    expect(await health(coordinator)).toMatchObject({
      status: 'degraded',
      degraded: [{ part: 'journal', message: expect.stringMatching(/journal_damaged: 00000001\.jsonl at byte \d+/) }],
    });
    const refused = await coordinator.client.deploy(requestOf('new'));
    expect(refused).toMatchObject({ ok: false, failure: { code: 'STORAGE_UNAVAILABLE' } });
    expect(await coordinator.client.stop(agentId, 'enough')).toMatchObject({
      ok: false,
      failure: { code: 'STORAGE_UNAVAILABLE' },
    });
    expect((await coordinator.client.get(agentId)).ok).toBe(true);
    expect(await coordinator.stop()).toBe(0);
    expect(isAlive(pid)).toBe(true);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(readdirSync(coordinator.path('journal'))).toEqual(['00000001.jsonl']);
    expect(existsSync(coordinator.path('requests', 'waits.json'))).toBe(true);
    expect(existsSync(unowned)).toBe(true);
  });

  test('case 22: one that ends before what db.json knows has lost records, and is read-only, too', async () => {
    const coordinator = await start();
    await deployed(coordinator, 'a');
    await coordinator.stop();
    rmSync(coordinator.path('journal', '00000001.jsonl'));
    await coordinator.start();
    expect(await health(coordinator)).toMatchObject({
      degraded: [{ part: 'journal', message: expect.stringContaining('journal_behind') }],
    });
    expect(readdirSync(coordinator.path('journal'))).toEqual([]);
  });
});

describe.skipIf(straceMissing() !== null)('what an acceptance that failed had put on the disk', () => {
  const long = (request_id: string) => ({ ...requestOf(request_id), config: { prompt: 'x'.repeat(100_000) } });
  const runs = (coordinator: TestCoordinator): string[] => readdirSync(coordinator.path('runs')).sort();

  test.each([
    ['small', requestOf],
    ['large', long],
  ] as const)('goes at the next start after a crash between a %s prompt and the journal', async (_size, of) => {
    const coordinator = await start();
    const { agentId } = await deployed(coordinator, 'lives');
    const segment = coordinator.path('journal', coordinator.journalFiles().at(-1) ?? '');
    const strace = await Strace.attach({
      pid: coordinator.pid,
      threads: 'main',
      calls: ['write'],
      inject: 'signal=SIGKILL:when=1',
      log: '/dev/null',
      path: segment,
    });
    undo.push(() => strace.detach());
    expect((await coordinator.client.deploy(of('crashed'))).ok).toBe(false);
    await coordinator.crash();
    expect(acceptedIds(coordinator)).toEqual(['lives']);
    expect(runs(coordinator)).toHaveLength(2);
    await coordinator.start();
    expect(runs(coordinator)).toEqual([agentId]);
    await deployed(coordinator, 'crashed');
    expect(runs(coordinator)).toHaveLength(2);
  });

  test('goes at once while the journal cannot be written', async () => {
    const coordinator = await start();
    const { agentId } = await deployed(coordinator, 'lives');
    const strace = await Strace.attach({
      pid: coordinator.pid,
      threads: 'all',
      calls: ['fdatasync'],
      inject: 'error=EIO',
      log: '/dev/null',
    });
    undo.push(() => strace.detach());
    for (const request of [requestOf('a'), long('b'), requestOf('c')]) {
      expect(await coordinator.client.deploy(request)).toMatchObject({ failure: { code: 'STORAGE_UNAVAILABLE' } });
    }
    await waitFor('nothing of them is left', () => runs(coordinator).join() === agentId, {
      seen: () => runs(coordinator),
    });
    await strace.detach();
    await waitFor('it works again', () => isHealthy(coordinator));
    for (const id of ['a', 'b', 'c']) await deployed(coordinator, id);
    expect(runs(coordinator)).toHaveLength(4);
  });
});

describe('caches', () => {
  test('case 36: state/ removed while agents run is made again from the journal; agents do not notice', async () => {
    const coordinator = await start();
    const agents = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => deployed(coordinator, id)));
    rmSync(coordinator.path('state'), { recursive: true });
    for (const { agentId, pid } of agents) {
      await waitFor(`the state file of ${agentId}`, () => existsSync(coordinator.path('state', `${agentId}.json`)));
      expect(coordinator.state(agentId)).toMatchObject({ status: 'running', pid });
      expect(isAlive(pid)).toBe(true);
    }
    expect(await isHealthy(coordinator)).toBe(true);
  });

  test('case 26: a snapshot cut short while agents run is rebuilt, and never written over by an empty one', async () => {
    const coordinator = await start();
    const { agentId, pid } = await deployed(coordinator, 'a');
    await coordinator.stop();
    writeFileSync(coordinator.path('db.json'), '{"agents":');
    await coordinator.start();
    expect(await coordinator.client.get(agentId)).toMatchObject({ ok: true, value: { status: 'running', pid } });
    expect(readFileSync(coordinator.path('db.json.damaged'), 'utf8')).toBe('{"agents":');
    await coordinator.stop();
    expect(JSON.parse(readFileSync(coordinator.path('db.json'), 'utf8'))).toMatchObject({ accepted: 1 });
  });
});

describe('the same request', () => {
  test('case 34: fifty times by HTTP and fifty by file, all at once, is one agent', async () => {
    const coordinator = await start();
    const body = requestOf('same');
    for (let index = 0; index < 50; index++) coordinator.drop(`same-${index}`, body);
    const answers = await Promise.all(Array.from({ length: 50 }, () => coordinator.client.deploy(body)));
    const ids = new Set(answers.map((answer) => (answer.ok ? answer.value.record.agent_id : JSON.stringify(answer))));
    expect([...ids]).toHaveLength(1);
    const replays = answers.filter((answer) => answer.ok && answer.value.replayed).length;
    expect(replays).toBeGreaterThanOrEqual(49);
    await waitFor('every file is taken', () => readdirSync(coordinator.path('requests')).length === 1);
    expect(readdirSync(coordinator.path('requests', 'rejected'))).toEqual([]);
    expect(acceptedIds(coordinator)).toEqual(['same']);
    expect((await coordinator.answer('same')).agent_id).toBe([...ids][0]);
  });

  test('case 35: with one byte changed is refused as another one, and the first goes on', async () => {
    const coordinator = await start();
    const { pid } = await deployed(coordinator, 'same');
    const other = await coordinator.client.deploy({ ...requestOf('same'), config: { prompt: 'y' } });
    expect(other).toMatchObject({ ok: false, failure: { code: 'DUPLICATE_REQUEST_MISMATCH' } });
    expect(isAlive(pid)).toBe(true);
    expect(acceptedIds(coordinator)).toEqual(['same']);
  });
});

describe.skipIf(noFaults !== null)(`a disk that refuses (${noFaults ?? 'strace, tmpfs, chattr'})`, () => {
  test('case 27: a full disk answers 503 and starts nothing; with room again the same request is started once', async () => {
    const disk = smallDisk();
    undo.push(() => disk.remove());
    const root = join(disk.folder, 'root');
    mkdirSync(root);
    const coordinator = await start({ root });
    const before = await deployed(coordinator, 'before');
    await begun(coordinator, before.agentId);
    disk.fill();
    const refused = await coordinator.client.deploy(requestOf('late'));
    expect(refused).toMatchObject({ ok: false, failure: { code: 'STORAGE_UNAVAILABLE' } });
    expect(await health(coordinator)).toMatchObject({ status: 'degraded', degraded: [{ part: 'runs' }] });
    expect(acceptedIds(coordinator)).toEqual(['before']);
    disk.free();
    await waitFor('it is well again', () => isHealthy(coordinator), { seen: () => coordinator.output });
    const late = await deployed(coordinator, 'late');
    expect(acceptedIds(coordinator)).toEqual(['before', 'late']);
    writeFileSync(coordinator.path('go'), '');
    for (const { agentId } of [before, late]) {
      expect(await coordinator.ended(agentId)).toMatchObject({ status: 'failed', exit_code: 3 });
    }
    await coordinator.dispose();
    used.length = 0; // Before its disk is taken away.
  });

  test('case 27: an end that happens on a full disk is not lost', async () => {
    const disk = smallDisk();
    undo.push(() => disk.remove());
    const root = join(disk.folder, 'root');
    mkdirSync(root);
    const coordinator = await start({ root });
    writeFileSync(coordinator.path('go.tmp'), '');
    const { agentId, pid } = await deployed(coordinator, 'ends');
    await begun(coordinator, agentId);
    disk.fill();
    // A name costs nothing here: the agent ends although no byte is left.
    renameSync(coordinator.path('go.tmp'), coordinator.path('go'));
    await waitFor('the agent is gone', () => !isAlive(pid));
    // There was no room for the exit record either: the exit is known from who saw it.
    disk.free();
    expect(await coordinator.ended(agentId)).toMatchObject({ status: 'failed', exit_code: 3 });
    await waitFor('it is well', () => isHealthy(coordinator));
    await coordinator.dispose();
    used.length = 0; // Before its disk is taken away.
  });

  test('case 27: who waits for its start while the disk is full is started when it is not', async () => {
    const disk = smallDisk();
    undo.push(() => disk.remove());
    const root = join(disk.folder, 'root');
    mkdirSync(root);
    const coordinator = await start({ root, limits: { max_running: 1 } });
    writeFileSync(coordinator.path('go.tmp'), '');
    const first = await deployed(coordinator, 'first');
    await begun(coordinator, first.agentId);
    const waiting: string[] = [];
    for (const id of ['a', 'b', 'c']) {
      const answer = await coordinator.client.deploy(requestOf(id));
      if (!answer.ok) throw new Error(answer.failure.message);
      waiting.push(answer.value.record.agent_id);
    }
    const isPrompted = (id: string): boolean => existsSync(coordinator.path('runs', id, 'prompt.md'));
    await waitFor('their prompts are written', () => waiting.every(isPrompted));
    disk.fill();
    renameSync(coordinator.path('go.tmp'), coordinator.path('go'));
    // Where the journal still has room for the start of one, its launcher has none for its claim.
    const trouble = /could not write its claim|could not be started now/;
    await waitFor('a start is refused by the disk', () => trouble.test(coordinator.output));
    disk.free();
    for (const id of waiting) {
      expect(await coordinator.ended(id)).toMatchObject({ status: 'failed', exit_code: 3, attempt: 1 });
    }
    await coordinator.dispose();
    used.length = 0; // Before its disk is taken away.
  });

  test('case 29: one failed sync: this request is answered 503, the next 201, and a restart finds it once or never', async () => {
    const coordinator = await start();
    await deployed(coordinator, 'before');
    const strace = await Strace.attach({
      pid: coordinator.pid,
      threads: 'all',
      calls: ['fdatasync'],
      inject: 'error=EIO:when=1',
      log: coordinator.path('eio.strace'),
    });
    undo.push(() => strace.detach());
    // strace counts for each thread, and syncs are made by four: each of them fails once.
    const answers = [];
    for (let index = 0; index < 8; index++) answers.push(await coordinator.client.deploy(requestOf(`try-${index}`)));
    const refused = answers.flatMap((answer, index) => (answer.ok ? [] : [`try-${index}`]));
    for (const answer of answers) if (!answer.ok) expect(answer.failure.code).toBe('STORAGE_UNAVAILABLE');
    expect(answers[0]?.ok).toBe(false);
    expect(answers.at(-1)?.ok).toBe(true);
    await strace.detach();
    await coordinator.crash();
    await coordinator.start();
    expect(await isHealthy(coordinator)).toBe(true);
    const known = acceptedIds(coordinator);
    expect(new Set(known).size).toBe(known.length);
    for (const id of refused) await deployed(coordinator, id);
    const all = await coordinator.client.list();
    const ids = all.ok ? all.value.agents.map(({ request_id }) => request_id) : [];
    expect(ids.toSorted()).toEqual(['before', ...answers.map((_, index) => `try-${index}`)].toSorted());
  });

  test('case 31: a state file that cannot be replaced for a moment is written a moment later', async () => {
    const coordinator = await start();
    const { agentId } = await deployed(coordinator, 'a');
    // State files are written together, a moment after the answer.
    const path = coordinator.path('state', `${agentId}.json`);
    await waitFor(
      'the file tells that it runs',
      () => existsSync(path) && coordinator.state(agentId).status === 'running',
    );
    const release = await heldOpen(path);
    writeFileSync(coordinator.path('go'), '');
    expect(await coordinator.ended(agentId)).toMatchObject({ status: 'failed' });
    expect(coordinator.state(agentId).status).toBe('running');
    release();
    await waitFor('the file tells the end', () => coordinator.state(agentId).status === 'failed');
    expect(readdirSync(coordinator.path('state'))).toEqual([`${agentId}.json`]);
  });

  test('case 31: one that cannot be for long is said to tell of the past, and requests go on', async () => {
    const coordinator = await start();
    const { agentId } = await deployed(coordinator, 'a');
    const release = await heldOpen(coordinator.path('state', `${agentId}.json`));
    writeFileSync(coordinator.path('go'), '');
    const degraded = await waitFor('the trouble is shown', async () => {
      const now = await health(coordinator);
      return now.status === 'degraded' ? now.degraded : null;
    });
    expect(degraded).toMatchObject([{ part: 'state_files', message: expect.stringContaining('EPERM') }]);
    const other = await coordinator.client.deploy(requestOf('b'));
    expect(other.ok).toBe(true);
    release();
    await waitFor('it is well again', () => isHealthy(coordinator));
    expect(coordinator.state(agentId)).toMatchObject({ status: 'failed', exit_code: 3 });
  });

  test('case 32: with hardly a descriptor left, nothing crashes and no request is lost', async () => {
    const coordinator = await start({ limits: { max_running: 200, max_starting: 50 } });
    const open = readdirSync(`/proc/${coordinator.pid}/fd`).length;
    execFileSync('prlimit', ['--pid', String(coordinator.pid), `--nofile=${open + 6}`]);
    const names = Array.from({ length: 100 }, (_, index) => `r${index}`);
    for (const name of names) coordinator.drop(name, requestOf(name));
    const answers = await Promise.all(names.map((name) => coordinator.answer(name, 40_000)));
    expect(answers.filter(({ status }) => status !== 'running')).toEqual([]);
    expect(new Set(acceptedIds(coordinator))).toEqual(new Set(names));
    expect(acceptedIds(coordinator)).toHaveLength(100);
    // A connection needs a descriptor, too: while the last files are written there may be none for it.
    await waitFor('it is well', async () => {
      const answer = await coordinator.client.health();
      return answer.ok && answer.value.status === 'ok';
    });
  });
});
