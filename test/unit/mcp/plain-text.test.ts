import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainText, plainValue } from '../../../main/mcp/plain-text.ts';

describe('what agents wrote, in a tool’s result', () => {
  test('case 73: no sequence that controls a terminal is left of it, and no link is made', () => {
    const hostile =
      'a\u001b]0;PWN\u0007b\u001b[2Jc\u001b]8;;javascript:alert(1)\u0007x\u001b]8;;\u0007d\u009b31me\u001b[1;31mf\u001b[0m';
    expect(plainText(hostile)).toBe('abcxdef');
    expect(plainText('\u001b')).toBe('␛');
    expect(plainText('\u0007\u007f\u0085')).toBe('␇␡\ufffd');
  });

  test('keeps text, tabs and line ends', () => {
    expect(plainText('café\t1\r\n2\n')).toBe('café\t1\n2\n');
    expect(plainText('progress 1\rprogress 2')).toBe('progress 1␍progress 2');
  });

  test('whatever it was, no control character is left, however deep it stood', () => {
    const text = fc.string({
      unit: fc.constantFrom('\u001b', '[', ']', '8', ';', '\u0007', '\u009b', 'm', '\r', '\n', 'x'),
    });
    fc.assert(
      fc.property(text, (given) => {
        const plain = plainValue({ deep: [{ given }] });
        expect(plain.deep[0]?.given).not.toMatch(/(?![\n\t])\p{Cc}/u);
      }),
    );
  });
});
