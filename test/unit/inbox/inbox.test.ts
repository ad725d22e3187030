import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../../main/coordinator/clock.ts';
import { Inbox, type InboxOptions } from '../../../main/coordinator/inbox/inbox.ts';
import { layoutOf, makeFolders } from '../../../main/coordinator/root/layout.ts';
import { type Failure, failureOf } from '../../../protocol/failures.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

// The real one; only what it returned is kept, so that a test can reach the watcher of the inbox behind its back.
vi.mock('chokidar', { spy: true });
// The real ones; a test may act right after a look, where only another process could.
vi.mock('node:fs', { spy: true });
function newestWatcher(): FSWatcher {
  const made = vi.mocked(watch).mock.results.at(-1);
  if (made?.type !== 'return') throw new Error('nothing is watched');
  return made.value;
}

type Handle = InboxOptions['handle'];

function openInbox(handle: Handle) {
  const layout = layoutOf(temporaryFolder());
  makeFolders(layout);
  const refused: [string, Failure][] = [];
  const lines: string[] = [];
  const inbox = new Inbox({
    layout,
    clock: systemClock,
    log: (line) => lines.push(line),
    handle,
    refuse: (id, failure) => Promise.resolve(refused.push([id, failure]) > 0),
  });
  inbox.open();
  onTestFinished(() => inbox.close());
  const drop = (name: string, body: unknown): void => {
    writeFileSync(join(layout.requests, `${name}.tmp`), JSON.stringify(body));
    renameSync(join(layout.requests, `${name}.tmp`), join(layout.requests, `${name}.json`));
  };
  const lying = (): string[] => readdirSync(layout.requests).filter((name) => name.endsWith('.json'));
  return { layout, inbox, drop, lying, refused, lines };
}

/** Takes everything, and remembers it. */
function takeAll(): { bodies: unknown[]; handle: Handle } {
  const bodies: unknown[] = [];
  return {
    bodies,
    handle: (body, taken) => {
      bodies.push(body);
      taken();
      return Promise.resolve(null);
    },
  };
}

test('each of twenty files that follow each other under one name is taken once', async () => {
  const { bodies, handle } = takeAll();
  const { drop, lying } = openInbox(handle);
  const numbers = Array.from({ length: 20 }, (_, number) => number);
  for (const number of numbers) {
    drop('same', { number });
    await waitFor(`number ${number} is taken`, () => bodies.length > number && lying().length === 0);
  }
  expect(bodies).toEqual(numbers.map((number) => ({ number })));
});

test('a file lies there until it was taken, and is not handed over again meanwhile', async () => {
  const given: (() => void)[] = [];
  const { drop, lying } = openInbox((_body, taken) => {
    given.push(taken);
    return new Promise(() => undefined); // Its answer takes for ever.
  });
  drop('slow', {});
  await waitFor('it is handed over', () => given.length === 1);
  drop('other', {}); // Another sweep.
  await waitFor('the other is handed over', () => given.length === 2);
  expect(lying().sort()).toEqual(['other.json', 'slow.json']);
  for (const taken of given) taken();
  expect(lying()).toEqual([]);
});

test('a folder that was removed is made again, and what is dropped into the new one is taken', async () => {
  const { bodies, handle } = takeAll();
  const { layout, drop, lines } = openInbox(handle);
  rmSync(layout.requests, { recursive: true });
  await waitFor('the folder is there again', () => existsSync(layout.requests));
  drop('after', { after: true });
  await waitFor('it is taken', () => bodies.length === 1);
  expect(lines.join('\n')).toContain('it was made again');
});

test('what was not taken is answered and put aside with the reason beside it', async () => {
  const failure = failureOf('INVALID_REQUEST', 'agent_type is missing. Name one.');
  const { layout, drop, lying, refused } = openInbox(() => Promise.resolve(failure));
  drop('bad', { request_id: 'its-own-id' });
  await waitFor('it is put aside', () => lying().length === 0);
  expect(refused).toEqual([['its-own-id', failure]]);
  expect(readdirSync(layout.rejected).some((name) => basename(name).startsWith('bad'))).toBe(true);
});

test('a handler that throws answers that one file; the next is taken', async () => {
  const bodies: unknown[] = [];
  const { drop, refused } = openInbox((body, taken) => {
    bodies.push(body);
    if (bodies.length === 1) return Promise.reject(new Error('boom'));
    taken();
    return Promise.resolve(null);
  });
  drop('first', { request_id: 'first' });
  await waitFor('it is answered', () => refused.length === 1);
  expect(refused[0]).toMatchObject(['first', { code: 'INTERNAL' }]);
  drop('second', { request_id: 'second' });
  await waitFor('the next is handed over', () => bodies.length === 2);
  expect(bodies).toEqual([{ request_id: 'first' }, { request_id: 'second' }]);
});

describe('the sweep is the guarantee', () => {
  test('case 39: with the watcher closed behind its back, 100 files are taken all the same', async () => {
    const { bodies, handle } = takeAll();
    const { drop, lying } = openInbox(handle);
    await newestWatcher().close();
    const numbers = Array.from({ length: 100 }, (_, number) => number);
    for (const number of numbers) drop(`f${String(number).padStart(3, '0')}`, { number });
    expect(bodies).toEqual([]);
    await waitFor('all are taken', () => lying().length === 0, { timeoutMs: 5000 });
    expect(bodies).toEqual(numbers.map((number) => ({ number })));
  });

  test('case 39: a watcher that has trouble is said once, and there is a new one', async () => {
    const { bodies, handle } = takeAll();
    const { drop, lines } = openInbox(handle);
    const first = newestWatcher();
    first.emit('error', new Error('ENOSPC: system limit for number of file watchers reached'));
    first.emit('error', new Error('ENOSPC: system limit for number of file watchers reached'));
    await waitFor('there is a new watcher', () => newestWatcher() !== first);
    expect(first.closed).toBe(true);
    drop('after', { after: true });
    await waitFor('it is taken', () => bodies.length === 1);
    expect(lines.filter((line) => line.includes('ENOSPC'))).toHaveLength(1);
  });

  test('case 40: a folder removed and made again by others between two sweeps is taken up again, and watched', async () => {
    const { bodies, handle } = takeAll();
    const { layout, drop } = openInbox(handle);
    const first = newestWatcher();
    rmSync(layout.requests, { recursive: true });
    mkdirSync(layout.requests);
    drop('after', { after: true });
    await waitFor('it is taken', () => bodies.length === 1, { timeoutMs: 5000 });
    await waitFor('the new folder is watched', () => newestWatcher() !== first);
    expect(first.closed).toBe(true);
  });

  test('a link in the place of the folder is not read, and said', async () => {
    const { bodies, handle } = takeAll();
    const { layout, drop, lines } = openInbox(handle);
    const elsewhere = temporaryFolder();
    writeFileSync(join(elsewhere, 'a.json'), '{}');
    rmSync(layout.requests, { recursive: true });
    symlinkSync(elsewhere, layout.requests);
    await waitFor('it is said', () => lines.some((line) => line.includes('is not a folder any more')));
    rmSync(layout.requests);
    await waitFor('the folder is there again', () => existsSync(layout.requests));
    drop('b', { b: true });
    await waitFor('it is taken', () => bodies.length === 1);
    expect(bodies).toEqual([{ b: true }]);
    expect(readdirSync(elsewhere)).toEqual(['a.json']);
  });
});

describe('what the disk refuses waits in the folder', () => {
  const noSpace = (): Error =>
    Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC', syscall: 'write' });
  test.each<[string, () => Promise<Failure>]>([
    ['storage is unavailable', () => Promise.resolve(failureOf('STORAGE_UNAVAILABLE', 'The disk is full.'))],
    ['the coordinator stops', () => Promise.resolve(failureOf('STOPPING', 'Stopping.'))],
    ['the system throws', () => Promise.reject(noSpace())],
  ])('while %s: unanswered, not put aside, tried again by the sweep and no more often', async (_what, trouble) => {
    const { bodies, handle } = takeAll();
    const tries: number[] = [];
    const { drop, lying, refused, layout, lines } = openInbox((body, taken, aside) => {
      tries.push(performance.now());
      return tries.length < 2 ? trouble() : handle(body, taken, aside);
    });
    drop('waits', { request_id: 'waits' });
    await waitFor('it was tried', () => tries.length === 1);
    for (let hint = 0; hint < 3; hint++)
      Reflect.apply(newestWatcher().emit, newestWatcher(), ['raw', 'change', null, {}]);
    await waitFor('it is taken', () => lying().length === 0, { seen: () => lines });
    expect(bodies).toEqual([{ request_id: 'waits' }]);
    expect(tries).toHaveLength(2);
    expect((tries[1] ?? 0) - (tries[0] ?? 0)).toBeGreaterThan(300); // Not by a hint, which is there within 2 ms.
    expect(refused).toEqual([]);
    expect(readdirSync(layout.rejected)).toEqual([]);
    expect(lines.filter((line) => line.includes('waits in requests/'))).toHaveLength(1);
  });

  test('a refusal is answered once, though its file cannot be put aside for a while', async () => {
    const handed: unknown[] = [];
    const { layout, drop, lying, refused } = openInbox((body) => {
      handed.push(body);
      return Promise.resolve(failureOf('QUEUE_FULL', 'Too many wait. Ask again later.'));
    });
    rmSync(layout.rejected, { recursive: true });
    writeFileSync(layout.rejected, 'in the way');
    drop('full', { request_id: 'full' });
    await waitFor('it is answered', () => refused.length === 1);
    drop('other', { request_id: 'other' }); // Another sweep.
    await waitFor('the other is answered', () => refused.length === 2);
    expect(lying().sort()).toEqual(['full.json', 'other.json']);
    rmSync(layout.rejected);
    await waitFor('both are put aside', () => lying().length === 0);
    expect(handed).toHaveLength(2);
    expect(refused).toHaveLength(2);
  });

  test('what happens after a request is durable is no refusal', async () => {
    const { drop, lying, refused, layout, lines } = openInbox((_body, taken) => {
      taken();
      return Promise.reject(new Error('boom'));
    });
    drop('durable', { request_id: 'durable' });
    await waitFor('it is said', () => lines.some((line) => line.includes('boom')));
    expect(lying()).toEqual([]);
    expect(refused).toEqual([]);
    expect(readdirSync(layout.rejected)).toEqual([]);
  });
});

test('a file that takes the name of one in hand is a request of its own, and is not removed with it', async () => {
  const bodies: unknown[] = [];
  const given: (() => void)[] = [];
  const { drop, lying } = openInbox((body, taken) => {
    bodies.push(body);
    if (bodies.length === 1) given.push(taken);
    else taken();
    return new Promise((resolve) => (bodies.length === 1 ? given.push(() => resolve(null)) : resolve(null)));
  });
  drop('same', { number: 1 });
  await waitFor('the first is handed over', () => given.length === 2);
  drop('same', { number: 2 });
  for (const step of given) step();
  await waitFor('the second is taken', () => lying().length === 0);
  expect(bodies).toEqual([{ number: 1 }, { number: 2 }]);
});

/** Another writer's work right after the next look at the path: between that and whatever is done on the strength of it. */
function afterLookAt(path: string, work: () => void): void {
  const real = vi.mocked(lstatSync).getMockImplementation();
  vi.mocked(lstatSync).mockImplementation(((looked: string, options: { bigint: true }) => {
    vi.mocked(lstatSync).mockReset();
    if (real !== undefined) vi.mocked(lstatSync).mockImplementation(real);
    const seen = lstatSync(looked, options);
    if (looked === path) work();
    else afterLookAt(path, work);
    return seen;
  }) as typeof lstatSync);
  onTestFinished(() => void vi.mocked(lstatSync).mockReset());
}

describe('a file that is replaced between our look at it and its removal', () => {
  test('after the first was carried out, the second is a request of its own', async () => {
    const bodies: unknown[] = [];
    const inbox = openInbox((body, taken) => {
      bodies.push(body);
      if (bodies.length === 1)
        afterLookAt(join(inbox.layout.requests, 'same.json'), () => inbox.drop('same', { number: 2 }));
      taken();
      return Promise.resolve(null);
    });
    inbox.drop('same', { number: 1 });
    await waitFor('both are taken', () => bodies.length > 1 && inbox.lying().length === 0);
    expect(bodies).toEqual([{ number: 1 }, { number: 2 }]);
    expect(readdirSync(inbox.layout.requests)).toEqual(['rejected']);
  });

  test('after the first was refused, the second is a request of its own, answered by the name its writer gave it', async () => {
    const failure = failureOf('INVALID_REQUEST', 'agent_type is missing. Name one.');
    const bodies: unknown[] = [];
    const inbox = openInbox((body) => {
      bodies.push(body);
      if (bodies.length === 1)
        afterLookAt(join(inbox.layout.requests, 'same.json'), () => inbox.drop('same', { number: 2 }));
      return Promise.resolve(failure);
    });
    inbox.drop('same', { number: 1 });
    await waitFor('both are refused', () => bodies.length > 1 && inbox.lying().length === 0);
    expect(bodies).toEqual([{ number: 1 }, { number: 2 }]);
    expect(inbox.refused.map(([id]) => id)).toEqual(['same', 'same']);
    expect(readdirSync(inbox.layout.rejected).sort()).toEqual(['same.json', 'same.json.reason.json']);
    expect(readFileSync(join(inbox.layout.rejected, 'same.json'), 'utf8')).toBe('{"number":2}');
  });

  test('a third that has the name by then stays as well', async () => {
    const bodies: unknown[] = [];
    const inbox = openInbox((body, taken) => {
      bodies.push(body);
      const path = join(inbox.layout.requests, 'same.json');
      if (bodies.length === 1) {
        afterLookAt(path, () => {
          inbox.drop('same', { number: 2 });
          vi.mocked(renameSync).mockImplementationOnce((from, to) => {
            linkSync(from, to);
            rmSync(from);
            inbox.drop('same', { number: 3 });
          });
        });
      }
      taken();
      return Promise.resolve(null);
    });
    inbox.drop('same', { number: 1 });
    await waitFor('all are taken', () => bodies.length > 2 && inbox.lying().length === 0, { seen: () => bodies });
    expect(bodies).toContainEqual({ number: 2 });
    expect(bodies).toContainEqual({ number: 3 });
    expect(bodies).toHaveLength(3);
  });
});

test('what a crash left aside is taken up again, and answered by its own name', async () => {
  const bodies: unknown[] = [];
  const own = openInbox((body) => {
    bodies.push(body);
    return Promise.resolve(failureOf('INVALID_REQUEST', 'as the test says'));
  });
  const aside = '.taken-0f8fad5b-d9cb-469f-a165-70867728950e~left.json';
  writeFileSync(join(own.layout.requests, aside), '{}');
  await waitFor('it is refused', () => own.refused.length === 1 && own.lying().length === 0);
  expect(bodies).toEqual([{}]);
  expect(own.refused[0]?.[0]).toBe('left');
  expect(existsSync(join(own.layout.rejected, 'left.json'))).toBe(true);
  expect(readdirSync(own.layout.requests)).toEqual(['rejected']);
});

test('a name at the limit of the file system is carried out and goes', async () => {
  const { bodies, handle } = takeAll();
  const { layout, lying, lines } = openInbox(handle);
  writeFileSync(join(layout.requests, `${'n'.repeat(250)}.json`), '{}');
  await waitFor('it is gone', () => lying().length === 0, { seen: () => lines });
  expect(bodies).toEqual([{}]);
});

test('case 38: hundreds of hints that come in one go do not become a look through hundreds of files each', async () => {
  const { bodies, handle } = takeAll();
  const { layout, drop, lying } = openInbox(handle);
  drop('first', {});
  await waitFor('it watches and is at rest', () => bodies.length === 1 && lying().length === 0);
  const names = Array.from({ length: 600 }, (_, number) => `f${number}.json`);
  for (const name of names) writeFileSync(join(layout.requests, name), '{}');
  vi.mocked(readdirSync).mockClear();
  for (const name of names) Reflect.apply(newestWatcher().emit, newestWatcher(), ['raw', 'rename', name, {}]);
  const looks = vi.mocked(readdirSync).mock.calls.filter(([folder]) => folder === layout.requests).length;
  expect(looks).toBeLessThan(30);
  await waitFor('all are taken', () => lying().length === 0, { timeoutMs: 50_000 });
  expect(bodies).toHaveLength(601);
}, 60_000);

test('no more than 256 wait for the disk at a time, and all get their turn', async () => {
  const waiting: (() => void)[] = [];
  const { drop, lying } = openInbox(
    (_body, taken) =>
      new Promise((resolve) => {
        waiting.push(() => {
          taken();
          resolve(null);
        });
      }),
  );
  for (let number = 0; number < 600; number++) drop(`f${number}`, { number });
  await waitFor('many are handed over', () => waiting.length === 256);
  const last: { count: number } = { count: 0 };
  await waitFor('all are gone', () => {
    expect(waiting.length).toBeLessThanOrEqual(256);
    last.count += waiting.length;
    for (const settle of waiting.splice(0)) settle();
    return lying().length === 0;
  });
  expect(last.count).toBe(600);
});

test('those that wait for agents hold up no others; whoever takes their file away is told', async () => {
  const waits: AbortSignal[] = [];
  const { drop, lying, layout } = openInbox((body, taken, aside) => {
    if ((body as { wait?: boolean }).wait === true) {
      const signal = aside();
      expect(aside()).toBe(signal);
      waits.push(signal);
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve(null)));
    }
    taken();
    return Promise.resolve(null);
  });
  for (let number = 0; number < 600; number++) drop(`a${number}`, { wait: true });
  await waitFor('all wait', () => waits.length === 600, { seen: () => waits.length });
  drop('other', {});
  await waitFor('the other is taken', () => lying().length === 600);
  rmSync(join(layout.requests, 'a7.json'));
  await waitFor('its signal says so', () => waits.filter(({ aborted }) => aborted).length === 1);
});
