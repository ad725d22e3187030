import { expect, test } from 'vitest';
import { environmentBlock } from '../../../../main/coordinator/process/windows/environment-block.ts';

const textOf = (environment: Record<string, string>): string => environmentBlock(environment).toString('utf16le');

test('is sorted by name whatever the case, and ended twice', () => {
  expect(textOf({ b: '2', A: '1', _c: '3', C: 'é🙂' })).toBe('A=1\0b=2\0C=é🙂\0_c=3\0\0');
});

test('an empty one is two zeros, as Windows wants it', () => {
  expect(environmentBlock({})).toEqual(Buffer.alloc(4));
});

test('values keep what they hold', () => {
  expect(textOf({ X: 'a=b;%PATH%', EMPTY: '' })).toBe('EMPTY=\0X=a=b;%PATH%\0\0');
});
