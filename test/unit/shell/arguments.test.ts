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
  [['--open', 'agents/agent_1'], { ...none, open: 'agents/agent_1' }],
  [['--free-window-after=0'], { ...none, freeAfterSeconds: 0 }],
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

test.each([
  [['--open'], '--open was given as "true"'],
  [['--open', 'agents/../settings'], '--open was given as "agents/../settings"'],
  [['--open=https://elsewhere.example/'], '--open was given as'],
  [['--free-window-after', 'never'], '--free-window-after was given as "never". Expected whole seconds'],
])('%j is refused with what was given', (argv, words) => {
  const result = readArguments(argv);
  expect(result.ok ? 'accepted' : result.failure.message).toContain(words);
});

test.each([[['--root']], [['--root=']]])('%j is refused: a root needs a folder', (argv) => {
  const result = readArguments(argv);
  expect(result.ok ? 'accepted' : result.failure.message).toBe(
    '--root was given without a folder. Expected: --root <folder>.',
  );
});
