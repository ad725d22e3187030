import fc from 'fast-check';
import { expect, test } from 'vitest';
import { requestHash } from '../../../main/coordinator/commands/request-hash.ts';
import { parseRequest } from '../../../protocol/parse-request.ts';
import { valueOf } from '../../rig/result.ts';

const base = { request_id: 'a', agent_type: 'L1', config: { prompt: 'do it' } };
const hashOf = (body: unknown): string => requestHash(valueOf(parseRequest(body)));

/** The same value with the keys of every object the other way round. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, turned(item)]),
  );
}

test('is the same whatever the order of keys, at any depth', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (note) => {
      const body = JSON.parse(JSON.stringify({ ...base, note })) as Record<string, unknown>;
      expect(hashOf(turned(body))).toBe(hashOf(body));
    }),
  );
});

test('is the same with and without a token, a time, and the defaults written out', () => {
  expect(hashOf({ ...base, token: 'secret-one' })).toBe(hashOf({ ...base, token: 'secret-two' }));
  expect(hashOf({ ...base, token: 'secret-one' })).toBe(hashOf(base));
  expect(hashOf({ ...base, timestamp: '2025-11-09T14:30:00' })).toBe(hashOf(base));
  expect(hashOf({ ...base, action: 'deploy', priority: 5, name: null })).toBe(hashOf(base));
});

test('differs when anything else differs', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
      fc.pre(JSON.stringify(turned(JSON.parse(a))) !== JSON.stringify(turned(JSON.parse(b))));
      const same = requestEqual(JSON.parse(a), JSON.parse(b));
      expect(hashOf({ ...base, note: JSON.parse(a) }) === hashOf({ ...base, note: JSON.parse(b) })).toBe(same);
    }),
  );
  const hashes = [
    base,
    { ...base, request_id: 'b' },
    { ...base, agent_type: 'L1.1' },
    { ...base, config: { prompt: 'do it ' } },
    { ...base, config: { prompt: 'do it', token: 'of another kind' } },
    { ...base, note: ['a', 'b'] },
    { ...base, note: ['b', 'a'] },
    { ...base, note: '["a","b"]' },
    { ...base, note: 1 },
    { ...base, note: '1' },
  ].map(hashOf);
  expect(new Set(hashes).size).toBe(hashes.length);
});

/** Deep equality that minds no order of keys, by another way than sorting. */
function requestEqual(a: unknown, b: unknown): boolean {
  try {
    expect(a).toStrictEqual(b);
    return true;
  } catch {
    return false;
  }
}
