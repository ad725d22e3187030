import { describe, expect, test } from 'vitest';
import type { ClientResult } from '../../../clients/typescript/client.ts';
import { takeCode } from '../../../renderer/client/address.ts';
import { enter, type EntryWays } from '../../../renderer/client/entry.ts';
import { EventBatch } from '../../../renderer/client/event-batch.ts';
import { createTokenStore } from '../../../renderer/client/token-store.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { running, sequenced } from './fleets.ts';

const url = 'http://127.0.0.1:54113';
const refused: ClientResult<string> = {
  ok: false,
  failure: { code: 'UNAUTHENTICATED', message: 'The code is not valid.' },
};
const away: ClientResult<string> = { ok: false, failure: { code: 'UNREACHABLE', message: 'Nothing answers.' } };

const ways = (given: Partial<EntryWays>): EntryWays => ({
  url,
  bridge: null,
  code: null,
  storedToken: null,
  exchangeCode: () => Promise.resolve(refused),
  ...given,
});

describe('how the page gets in', () => {
  test('on the desktop by its bridge, whatever else there is', async () => {
    const connection = { url: 'http://127.0.0.1:9', token: 'desk' };
    const bridge = { connection: () => Promise.resolve(connection) };
    expect(await enter(ways({ bridge, storedToken: 'old' }))).toEqual({ status: 'entered', connection });
  });

  test('a bridge that gives nothing says so', async () => {
    const bridge = { connection: () => Promise.reject(new Error('not this page')) };
    expect(await enter(ways({ bridge }))).toHaveProperty('reason', expect.stringContaining('not this page'));
  });

  test('by the one-time code, asked once', async () => {
    const asked: string[] = [];
    const exchangeCode: EntryWays['exchangeCode'] = (at, code) => {
      asked.push(`${at} ${code}`);
      return Promise.resolve({ ok: true, value: 'fresh' });
    };
    const entry = await enter(ways({ code: 'abc', storedToken: 'old', exchangeCode }));
    expect(entry).toEqual({ status: 'entered', connection: { url, token: 'fresh' } });
    expect(asked).toEqual([`${url} abc`]);
  });

  test('by the token of an earlier visit, also when the code is used up', async () => {
    const entered = { status: 'entered', connection: { url, token: 'old' } };
    expect(await enter(ways({ storedToken: 'old' }))).toEqual(entered);
    expect(await enter(ways({ storedToken: 'old', code: 'used' }))).toEqual(entered);
  });

  test('otherwise not, and why', async () => {
    expect(await enter(ways({}))).toEqual({ status: 'kept_out', reason: null });
    expect(await enter(ways({ code: 'used' }))).toHaveProperty('reason', expect.stringContaining('used up'));
    const unreachable = ways({ code: 'x', exchangeCode: () => Promise.resolve(away) });
    expect(await enter(unreachable)).toEqual({ status: 'kept_out', reason: 'Nothing answers.' });
  });
});

describe('the code in the address', () => {
  const page = (hash: string) => {
    const addresses: string[] = [];
    const location = { hash, pathname: '/', search: '' };
    const history = { replaceState: (_: unknown, __: string, address: string) => addresses.push(address) };
    return { addresses, window: { location, history } as unknown as Pick<Window, 'location' | 'history'> };
  };

  test('is taken out of it', () => {
    const { window, addresses } = page('#code=a1-B2_c3');
    expect(takeCode(window)).toBe('a1-B2_c3');
    expect(addresses).toEqual(['/#/']);
  });

  test('an address without one is left as it is', () => {
    const { window, addresses } = page('#/agents/agent_1');
    expect(takeCode(window)).toBeNull();
    expect(addresses).toEqual([]);
  });
});

describe('the token store', () => {
  test('a browser that forbids storage costs the reload, not the page', () => {
    const forbidden = createTokenStore(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    forbidden.write('token');
    forbidden.forget();
    expect(forbidden.read()).toBeNull();
  });
});

describe('EventBatch', () => {
  const [first, second, third] = sequenced(running(1));
  const all = [first, second, third].flatMap((event) => event ?? []);

  test('hands over what came within the wait at once and in order', async () => {
    const delivered: number[][] = [];
    const batch = new EventBatch((events) => delivered.push(events.map(({ seq }) => seq)), 5);
    all.forEach((event) => batch.add(event));
    expect(delivered).toEqual([]);
    await waitFor('the batch', () => delivered.length > 0);
    expect(delivered).toEqual([[1, 2, 3]]);
  });

  test('after a delivery the next one waits, and takes all that came meanwhile', async () => {
    const delivered: { seqs: number[]; at: number }[] = [];
    const record = (events: readonly { seq: number }[]): void => {
      delivered.push({ seqs: events.map(({ seq }) => seq), at: performance.now() });
    };
    const batch = new EventBatch(record, 60);
    all.slice(0, 1).forEach((event) => batch.add(event));
    await waitFor('the first', () => delivered.length === 1);
    all.slice(1).forEach((event) => batch.add(event));
    await waitFor('the rest', () => delivered.length > 1);
    expect(delivered.map(({ seqs }) => seqs)).toEqual([[1], [2, 3]]);
    expect((delivered[1]?.at ?? 0) - (delivered[0]?.at ?? 0)).toBeGreaterThan(50);
  });

  test('a flush hands over now, and nothing comes twice', async () => {
    const delivered: number[] = [];
    const batch = new EventBatch((events) => delivered.push(...events.map(({ seq }) => seq)), 5);
    all.slice(0, 2).forEach((event) => batch.add(event));
    batch.flush();
    expect(delivered).toEqual([1, 2]);
    all.slice(2).forEach((event) => batch.add(event));
    await waitFor('the rest', () => delivered.length > 2);
    expect(delivered).toEqual([1, 2, 3]);
  });
});
