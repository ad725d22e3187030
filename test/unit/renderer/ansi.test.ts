import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAnsi, styleAfter } from '../../../renderer/log/ansi.ts';
import { contrast, legible } from '../../../renderer/log/legible.ts';
import { plainStyle, sgrClasses } from '../../../renderer/log/sgr.ts';

const esc = '\u001b';
const segments = (text: string) => parseAnsi(text).segments;
const shown = (text: string): string =>
  segments(text)
    .map((segment) => segment.text)
    .join('');

describe('parseAnsi', () => {
  test('text without escapes stays as it is, in one piece', () => {
    expect(segments('plain <b>text</b> "x"')).toEqual([{ text: 'plain <b>text</b> "x"', classes: '' }]);
    expect(segments('')).toEqual([]);
  });

  test('colours and emphasis become classes, and end where they are reset', () => {
    expect(segments(`${esc}[32mok${esc}[0m then ${esc}[1;31mbad${esc}[22;39m.`)).toEqual([
      { text: 'ok', classes: 'ansi-fg-2' },
      { text: ' then ', classes: '' },
      { text: 'bad', classes: 'ansi-fg-1 ansi-bold' },
      { text: '.', classes: '' },
    ]);
  });

  test.each([
    ['[91m', 'ansi-fg-9'],
    ['[44m', 'ansi-bg-4'],
    ['[103m', 'ansi-bg-11'],
    ['[38;5;9m', 'ansi-fg-9'],
    ['[2;3;4;7;9m', 'ansi-dim ansi-italic ansi-underline ansi-strike ansi-inverse'],
    ['[38;2m', ''],
    ['[38;5;999m', ''],
    ['[38;2;1;2;256m', ''],
    ['[8m', ''],
    ['[m', ''],
  ])('%s is %s', (sequence, classes) => {
    expect(segments(`${esc}${sequence}x`)).toEqual([{ text: 'x', classes }]);
  });

  test.each([
    ['[38;5;46m', 'ansi-fg-exact', { foreground: 0x00ff00, background: null }],
    ['[38;5;244m', 'ansi-fg-exact', { foreground: 0x808080, background: null }],
    ['[31;48;2;255;0;9m', 'ansi-fg-1 ansi-bg-exact', { foreground: null, background: 0xff0009 }],
    ['[38:2:0:0:120m', 'ansi-fg-exact', { foreground: 0x000078, background: null }],
  ])('%s is a colour as such', (sequence, classes, colours) => {
    expect(segments(`${esc}${sequence}x${esc}[0my`)).toEqual([
      { text: 'x', classes, colours },
      { text: 'y', classes: '' },
    ]);
  });

  test('a colour stays as it is where it can be read, and is moved as little as that needs where it cannot', () => {
    expect([legible(0x8a2f9c, 'light', null), legible(0xffaa33, 'dark', null)]).toEqual(['#8a2f9c', '#ffaa33']);
    // The log itself, and a chosen line of it.
    const grounds = { light: [0xfafafa, 0xebebeb], dark: [0x1f1f1f, 0x383838] } as const;
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffffff }),
        fc.constantFrom('light' as const, 'dark' as const),
        (colour, on) => {
          const shown = Number.parseInt(legible(colour, on, null).slice(1), 16);
          for (const ground of grounds[on]) expect(contrast(shown, ground)).toBeGreaterThanOrEqual(4.5);
        },
      ),
    );
    // Blue on a tint of blue: darker than on the page itself.
    expect([legible(0x3355ff, 'light', null), legible(0x3355ff, 'light', 0x3355ff)]).toEqual(['#3355ff', '#2b48d9']);
  });

  test('other escape sequences are dropped', () => {
    expect(shown(`a${esc}[2Jb${esc}[10;5Hc${esc}[?25ld${esc}]0;title\u0007e${esc}(Bf${esc}=g`)).toBe('abcdefg');
    expect(shown(`a${esc}]8;;http://x${esc}\\link${esc}]8;;${esc}\\b`)).toBe('alinkb');
  });

  test('an unfinished string sequence swallows no more than its line', () => {
    expect(shown(`a${esc}]0;never closed`)).toBe('a');
  });

  test('control characters are written out, tabs stay', () => {
    expect(shown('a\u0007b\u0000c\td\u007fe\u009bf\rg')).toBe('a⟨^G⟩b⟨^@⟩c\td⟨^?⟩e⟨U+009B⟩f⟨^M⟩g');
    expect(shown('user\u202Etxt.exe\u2066')).toBe('user⟨U+202E⟩txt.exe⟨U+2066⟩');
  });

  test('the style of one line goes on in the next', () => {
    const { state } = parseAnsi(`${esc}[31mred`);
    expect(parseAnsi('still', state).segments).toEqual([{ text: 'still', classes: 'ansi-fg-1' }]);
  });

  test('whatever a program prints, nothing that acts on the screen is left', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(`${esc}[31m`, `${esc}[`, esc, `${esc}]0;x`, '\u0007', '\u202E', '\u0085', `${esc}[38;5m`),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        const parsed = parseAnsi(text);
        for (const segment of parsed.segments) {
          expect(segment.text).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
          expect(segment.classes).toMatch(/^([a-z]+-[a-z0-9-]+( [a-z]+-[a-z0-9-]+)*)?$/);
        }
        expect(styleAfter(text, plainStyle)).toEqual(parsed.state);
      }),
    );
  });

  test('text without escapes and controls comes through unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text));
        expect(shown(text)).toBe(text);
      }),
    );
  });

  test('every style has a fixed set of class names', () => {
    expect(sgrClasses(plainStyle)).toBe('');
  });
});
