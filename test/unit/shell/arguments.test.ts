import { expect, test } from 'vitest';
import { readArguments } from '../../../main/shell/arguments.ts';

const none = { root: null, port: null, demo: false, hidden: false, open: null, freeAfterSeconds: 300 };

test.each<[string[], object]>([
  [[], none],
  [
    ['--root', 'C:\\Some Where', '--port', '0', '--demo', '--hidden'],
    { ...none, root: 'C:\\Some Where', port: 0, demo: true, hidden: true },
  ],
  [['--root=/a b', '--port=65535'], { ...none, root: '/a b', port: 65535 }],
  [['dist/main/index.js', '--hidden'], { ...none, hidden: true }],
  [['--inspect=0', '--remote-debugging-port=0', '--no-sandbox', 'app.js'], none],
])('%j is understood, and what is not ours is passed over', (argv, expected) => {
  expect(readArguments(argv)).toEqual({ ok: true, value: expected });
});

test.each([['--port', 'many'], ['--port', '65536'], ['--port', '-1'], ['--port', '1.5'], ['--port'], ['--port=']])(
  'a port that is none is refused with what was given: %s %s',
  (...argv) => {
    const result = readArguments(argv);
    expect(result.ok ? 'accepted' : result.failure.message).toMatch(
      /^--port was given as ".*"\. Expected a whole number/,
    );
  },
);

test.each([[['--root']], [['--root=']]])('%j is refused: a root needs a folder', (argv) => {
  const result = readArguments(argv);
  expect(result.ok ? 'accepted' : result.failure.message).toBe(
    '--root was given without a folder. Expected: --root <folder>.',
  );
});
