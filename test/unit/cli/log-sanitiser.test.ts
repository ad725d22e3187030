import { describe, expect, it } from 'vitest';
import { createLogSanitiser } from '../../../main/cli/view/log-sanitiser.ts';

const escape = '\u001b';
const show = (...pieces: string[]): string => {
  const sanitiser = createLogSanitiser();
  return pieces.map((piece) => sanitiser.feed(piece)).join('') + sanitiser.end();
};

describe('a log on a terminal', () => {
  it('keeps text, line ends, tabs and letters of every language', () => {
    const text = 'one\ttwo\r\ndrei → 四 🙂\n';
    expect(show(text)).toBe(text);
  });

  it('keeps colours, and puts the look of the terminal back at the end', () => {
    expect(show(`${escape}[1;31mred${escape}[0m`)).toBe(`${escape}[1;31mred${escape}[0m${escape}[0m`);
  });

  it.each([
    ['moves the cursor', `${escape}[2J${escape}[1;1H`, '␛[2J␛[1;1H'],
    ['sets the title', `${escape}]0;owned\u0007`, '␛]0;owned␇'],
    ['asks the terminal to answer', `${escape}[6n`, '␛[6n'],
    ['overwrites its line', 'real\rfake\n', 'real␍fake\n'],
    ['deletes', 'a\b\u007fb', 'a␈␡b'],
    ['uses the one-byte form of a sequence', '\u009b2J', '\ufffd2J'],
    ['hides a sequence in a colour', `${escape}[31${escape}[2Jm`, '␛[31␛[2Jm'],
  ])('shows instead of obeys what %s', (_name, text, shown) => {
    expect(show(text)).toBe(shown);
  });

  it('sees a sequence that is cut anywhere', () => {
    const text = `a${escape}[38;5;196mb${escape}[2Jc\r\nd\re`;
    const whole = show(text);
    for (let cut = 0; cut <= text.length; cut++) expect(show(text.slice(0, cut), text.slice(cut))).toBe(whole);
    expect(show(...text.split(''))).toBe(whole);
  });

  it('holds nothing back for good', () => {
    expect(show(`end${escape}[3`)).toBe('end␛[3');
    expect(show(`${escape}[${'1;'.repeat(100)}`)).toBe(`␛[${'1;'.repeat(100)}`);
  });
});
