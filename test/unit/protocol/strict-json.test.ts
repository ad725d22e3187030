import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseStrictJson } from '../../../protocol/strict-json.ts';
import { failureIn, valueOf } from '../../rig/result.ts';

const reserved = ['__proto__', 'prototype', 'constructor'];
const reasonOf = (text: string): unknown => failureIn(parseStrictJson(text)).details?.['reason'];
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
/** Each character written as its code: the same text to a parser, another one to a search. */
const escaped = (text: string): string =>
  [...text].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

describe('what is JSON', () => {
  test('is read as JSON.parse reads it, whatever its strings hold and however it is spaced', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t', '\r\n'), (value, spacing) => {
        const text = JSON.stringify(value, null, spacing);
        if (reserved.some((key) => text.includes(key))) return;
        expect(valueOf(parseStrictJson(text))).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['brackets in a string', '{"a":"]}{[","b":"{\\"b\\":1}"}'],
    ['a colon after a string in a list', '["a",":","b"]'],
    ['an escaped quote before a colon', '{"a\\":":1,"a":2}'],
    ['a backslash at the end of a string', '{"a":"\\\\","b":1}'],
    ['the same key in different objects', '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}'],
    ['a value that equals a key', '{"a":"b","b":"a"}'],
    ['keys that differ in case', '{"a":1,"A":2}'],
    ['a reserved word as a value', '{"a":"__proto__","b":["constructor"]}'],
    ['a string alone', '"a:b"'],
  ])('with %s is not misread', (_, text) => {
    expect(valueOf(parseStrictJson(text))).toEqual(JSON.parse(text));
  });

  test('may be 32 levels deep', () => {
    expect(parseStrictJson(nested(32)).ok).toBe(true);
    expect(parseStrictJson(`${'{"a":'.repeat(32)}1${'}'.repeat(32)}`).ok).toBe(true);
  });

  test('may hold one string of a megabyte', () => {
    const text = JSON.stringify({ prompt: 'say "so"\n'.repeat(100_000) });
    expect(valueOf(parseStrictJson(text))).toEqual(JSON.parse(text));
  });
});

describe('what is not JSON', () => {
  test('is refused where JSON.parse refuses it, and never throws', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.nat(),
        fc.constantFrom('', '"', '{', ']', '\\', ',', '\u00a0'),
        (value, at, put) => {
          const whole = JSON.stringify(value);
          const text = whole.slice(0, at % (whole.length + 1)) + put;
          let isJson = true;
          try {
            JSON.parse(text);
          } catch {
            isJson = false;
          }
          if (!isJson) expect(failureIn(parseStrictJson(text)).code).toBe('INVALID_REQUEST');
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each([
    ['a megabyte of escaped quotes', `{"code":"${String.raw`\"`.repeat(500_000)}`],
    ['the same, cut behind a backslash', `{"code":"${String.raw`\"`.repeat(500_000)}\\`],
    ['half of a long prompt', JSON.stringify({ prompt: 'say "so"\n'.repeat(100_000) }).slice(0, -100)],
  ])('%s is one string that does not end: read once, not from each quote on', (_, text) => {
    expect(reasonOf(text)).toBe('not_json'); // From each quote on it would take longer than any test may.
  });

  test.each(['', ' ', '{', '{"a"}', '{"a":1,}', "{'a':1}", '{"\\x":1}', 'NaN', '{} {}'])('%j: says so', (text) => {
    expect(reasonOf(text)).toBe('not_json');
  });
});

describe('a duplicate key is refused (case 48)', () => {
  test.each([
    '{"id":"a","id":"b"}',
    '{"a":1,"b":{"c":1,"c":2}}',
    '[[{"a":1,"a":1}]]',
    '{"a":{"a":1},"a":2}',
    '{"a" : 1 , "a"\n:2}',
    '{"":1,"":2}',
  ])('%s', (text) => expect(reasonOf(text)).toBe('duplicate_key'));

  test('also when one is spelled with escapes', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme-ascii' }), (key) => {
        if (reserved.includes(key)) return;
        expect(reasonOf(`{${JSON.stringify(key)}:1,"${escaped(key)}":2}`)).toBe('duplicate_key');
      }),
    );
  });
});

test.each(reserved.flatMap((key) => [key, escaped(key), escaped(key).toUpperCase().replaceAll('\\U', '\\u')]))(
  'the key %s is reserved at any depth, and reaches no prototype (case 49)',
  (key) => {
    expect(reasonOf(`{"${key}":{"isAdmin":true}}`)).toBe('unknown_field');
    expect(reasonOf(`{"a":[{"${key}":1}]}`)).toBe('unknown_field');
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  },
);

describe('depth', () => {
  test.each([nested(33), `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`, '['.repeat(33)])(
    '33 levels are refused',
    (text) => {
      expect(reasonOf(text)).toBe('too_deep');
    },
  );

  test('100,000 brackets are refused without reading them all (case 46)', () => {
    const began = performance.now();
    expect(reasonOf(nested(100_000))).toBe('too_deep');
    expect(performance.now() - began).toBeLessThan(50);
  });
});
