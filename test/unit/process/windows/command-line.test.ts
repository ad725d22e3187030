import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandLine } from '../../../../main/coordinator/process/windows/command-line.ts';

/**
 * Takes a command line apart as the C runtime does (documented under "Parsing C command-line arguments"), written from that
 * text and not from the code under test.
 */
function takenApart(line: string): string[] {
  const first = /^"([^"]*)"/.exec(line);
  const args: string[] = [first?.[1] ?? ''];
  let at = first?.[0].length ?? 0;
  while (at < line.length) {
    while (line[at] === ' ' || line[at] === '\t') at += 1;
    if (at >= line.length) break;
    let arg = '';
    let inQuotes = false;
    for (; at < line.length && (inQuotes || (line[at] !== ' ' && line[at] !== '\t')); at += 1) {
      let backslashes = 0;
      for (; line[at] === '\\'; at += 1) backslashes += 1;
      if (line[at] !== '"') {
        arg += '\\'.repeat(backslashes);
        at -= backslashes > 0 ? 1 : 0;
        if (backslashes === 0) arg += line[at] ?? '';
        continue;
      }
      arg += '\\'.repeat(Math.floor(backslashes / 2));
      if (backslashes % 2 === 1) arg += '"';
      else inQuotes = !inQuotes;
    }
    args.push(arg);
  }
  return args;
}

const program = String.raw`C:\Program Files\agent\agent.exe`;

test.each([
  [['plain', '-x'], 'plain -x'],
  [[''], '""'],
  [['two words'], '"two words"'],
  [[String.raw`C:\dir\ `], String.raw`"C:\dir\ "`],
  [[String.raw`a b\ `.trimEnd()], String.raw`"a b\\"`],
  [['say "hi"'], String.raw`"say \"hi\""`],
  [[String.raw`back\"slash`], String.raw`"back\\\"slash"`],
  [['a&b', '%PATH%', '^', '!x!'], 'a&b %PATH% ^ !x!'],
  [['two\nlines'], '"two\nlines"'],
])('%j is written so that it is read back', (args, written) => {
  expect(commandLine(program, args)).toBe(`"${program}" ${written}`);
  expect(takenApart(commandLine(program, args))).toEqual([program, ...args]);
});

test('whatever the arguments, they are read back as they were given', () => {
  const piece = fc.constantFrom('"', '\\', ' ', '\t', 'a', '&', '%', '^', '\n', 'é', "'");
  const argument = fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(fc.array(argument, { maxLength: 6 }), (args) => {
      expect(takenApart(commandLine(program, args))).toEqual([program, ...args]);
    }),
    { numRuns: 2000 },
  );
});
