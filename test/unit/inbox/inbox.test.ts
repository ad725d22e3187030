import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../main/coordinator/clock.ts';
import { Inbox, type InboxOptions } from '../../../main/coordinator/inbox/inbox.ts';
import { layoutOf, makeFolders } from '../../../main/coordinator/root/layout.ts';
import { type Failure, failureOf } from '../../../protocol/failures.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

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
    refuse: (id, failure) => refused.push([id, failure]),
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
  expect(lines.join('\n')).toContain('making it again');
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
