import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutLines } from '../../../renderer/log/log-lines.ts';
import { findIn, patternOf, rangesIn } from '../../../renderer/log/search.ts';
import { isTranscript, transcriptOf } from '../../../renderer/log/transcript.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const linesOf = (text: string) => cutLines(bytesOf(text), 0, false).lines;
const told = (...lines: unknown[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

describe('a transcript', () => {
  test('says what a line means, and keeps what means nothing', () => {
    const text = `${told(
      {
        type: 'assistant',
        message: {
          content: [
            { type: 'text', text: 'hello' },
            { type: 'tool_use', name: 'Read', input: { file_path: '/a' } },
          ],
        },
      },
      {
        type: 'user',
        message: {
          content: [{ type: 'tool_result', is_error: true, content: [{ type: 'text', text: 'no such file' }] }],
        },
      },
      { type: 'rate_limit_event', rate_limit_info: { status: 'rejected', resetsAt: 1795493049 } },
      { type: 'stream_event', event: {} },
      { type: 'unheard_of' },
    )}{"type":"assistant", cut`;
    expect(transcriptOf(linesOf(text)).map(({ kind, title }) => [kind, title])).toEqual([
      ['said', 'hello'],
      ['tool', 'Read: /a'],
      ['result', 'Failed'],
      ['problem', 'Rate limit: rejected until 2026-11-24T04:04:09.000Z'],
      ['raw', '{"type":"unheard_of"}'],
      ['raw', '{"type":"assistant", cut'],
    ]);
  });

  test('a line longer than a row of the screen is one line still', () => {
    const long = 'word '.repeat(5000);
    const rows = linesOf(told({ type: 'assistant', message: { content: [{ type: 'text', text: long }] } }));
    expect(rows.length).toBeGreaterThan(3);
    expect(transcriptOf(rows)).toMatchObject([{ kind: 'said', title: long, offset: 0 }]);
  });

  test('is told from a log that is none', () => {
    expect(isTranscript(linesOf(told({ type: 'system', subtype: 'init' })))).toBe(true);
    expect(isTranscript(linesOf('{"type":"deploy"}\n{"type":"deploy"}\n'))).toBe(false);
    expect(isTranscript(linesOf('plain\n'))).toBe(false);
    expect(isTranscript([])).toBe(false);
  });

  test('whatever a line holds, nothing is thrown and every entry has its own key', () => {
    const type = fc.constantFrom('assistant', 'user', 'system', 'result', 'rate_limit_event', 'stream_event', 'other');
    const line = fc.record({
      type,
      subtype: fc.anything(),
      message: fc.anything(),
      usage: fc.anything(),
      errors: fc.anything(),
    });
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.json(),
            line.map((one) => JSON.stringify(one)),
          ),
          { maxLength: 8 },
        ),
        (all) => {
          const entries = transcriptOf(linesOf(all.map((one) => `${one}\n`).join('')));
          expect(new Set(entries.map(({ key }) => key)).size).toBe(entries.length);
          for (const { title, body } of entries) expect(typeof title + typeof (body ?? '')).toBe('stringstring');
        },
      ),
    );
  });
});

describe('a search', () => {
  test('finds the same whatever pieces the log comes in', () => {
    const text = Array.from({ length: 400 }, (_, at) => `line ${at} ${at % 7 === 0 ? 'Größe' : 'small'}`).join('\n');
    const bytes = bytesOf(text);
    const pattern = patternOf({ text: 'größe', isPattern: false, isCaseKept: false });
    if (!(pattern instanceof RegExp)) throw new Error('it is a pattern');
    const whole = findIn(bytes, 0, true, pattern).places;
    expect(whole).toHaveLength(58);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 20 }), (sizes) => {
        const places: number[] = [];
        let held = new Uint8Array();
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const to = Math.min(bytes.length, at + (sizes[turn % sizes.length] ?? 1));
          const all = new Uint8Array([...held, ...bytes.subarray(at, to)]);
          const { places: found, used } = findIn(all, at - held.length, to === bytes.length, pattern);
          places.push(...found);
          held = all.slice(used);
          at = to;
        }
        expect(places).toEqual(whole);
      }),
      { numRuns: 40 },
    );
  });

  test('looks through colours, keeps capitals when asked, and says what is no pattern', () => {
    const find = (query: Parameters<typeof patternOf>[0], text: string): number => {
      const pattern = patternOf(query);
      return pattern instanceof RegExp ? findIn(bytesOf(text), 0, true, pattern).places.length : -1;
    };
    expect(find({ text: 'red rose', isPattern: false, isCaseKept: false }, 'a \u001b[31mRED\u001b[0m rose\n')).toBe(1);
    expect(find({ text: 'red', isPattern: false, isCaseKept: true }, 'RED\n')).toBe(0);
    expect(find({ text: 'a.c', isPattern: false, isCaseKept: false }, 'abc a.c\n')).toBe(1);
    expect(find({ text: '^$|x*', isPattern: true, isCaseKept: false }, 'abc\n\n')).toBe(0);
    expect(patternOf({ text: '(', isPattern: true, isCaseKept: false })).toMatch(/Invalid regular expression/);
    expect(patternOf({ text: '', isPattern: true, isCaseKept: false })).toBeNull();
    expect(rangesIn('one two one', /one/g)).toEqual([
      [0, 3],
      [8, 11],
    ]);
  });
});
