import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeText } from '../../../main/coordinator/inbox/decode.ts';
import { failureIn, valueOf } from '../../rig/result.ts';

const bigEndian = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
const encodings = [
  ['UTF-8', (text: string) => Buffer.from(text)],
  ['UTF-8 with BOM', (text: string) => Buffer.from(`\uFEFF${text}`)],
  ['UTF-16LE with BOM', (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ['UTF-16BE with BOM', (text: string) => bigEndian(`\uFEFF${text}`)],
] as const;

test.each(encodings)('case 47: %s is read as it was written', (_, encode) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      if (text.startsWith('\uFEFF')) return;
      expect(valueOf(decodeText(encode(text)))).toBe(text);
    }),
  );
});

test.each([
  ['Latin-1', Buffer.from('{"a":"\xe9"}', 'latin1')],
  ['cut UTF-8', Buffer.from('é').subarray(0, 1)],
  ['UTF-16 with half a character', Buffer.from([0xff, 0xfe, 0x41])],
  ['UTF-16 with a lone surrogate', Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00])],
  ['UTF-8 of a surrogate', Buffer.from([0xed, 0xa0, 0x80])],
  ['an overlong slash', Buffer.from([0xc0, 0xaf])],
])('%s is refused, and the message says what to save it as', (_, bytes) => {
  const { details, message } = failureIn(decodeText(bytes));
  expect(details).toEqual({ reason: 'bad_encoding' });
  expect(message).toContain('UTF-8');
});

test('nothing is the empty text', () => expect(valueOf(decodeText(new Uint8Array()))).toBe(''));
