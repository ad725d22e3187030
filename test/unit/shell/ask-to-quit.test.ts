/** `--quit`: what the installer starts, and what the running instance makes of it. */
import { EventEmitter } from 'node:events';
import { beforeEach, expect, test, vi } from 'vitest';
import { askToQuit } from '../../../main/shell/ask-to-quit.ts';
import type { ShellLog } from '../../../main/shell/log.ts';
import { claimSingleInstance } from '../../../main/shell/single-instance.ts';

const app = vi.hoisted(() => ({ lock: [] as boolean[], quits: 0, on: (..._: unknown[]): unknown => undefined }));
vi.mock('electron', () => ({
  app: {
    requestSingleInstanceLock: () => app.lock.shift() ?? false,
    on: (...args: unknown[]) => app.on(...args),
    quit: () => (app.quits += 1),
  },
}));

beforeEach(() => {
  app.lock = [];
  app.quits = 0;
});

test('waits until the running instance is gone, and is done at once where none runs', async () => {
  app.lock = [false, true];
  expect(await askToQuit()).toBe(0);
  expect(app.lock).toEqual([]);
  app.lock = [true];
  expect(await askToQuit()).toBe(0);
});

test('says so when it stays', async () => {
  const now = vi.spyOn(Date, 'now');
  now.mockReturnValueOnce(0).mockReturnValue(31_000);
  expect(await askToQuit()).toBe(1);
});

test('the running instance leaves, without a window and without a question', () => {
  const events = new EventEmitter();
  app.on = (...args) => events.on(...(args as Parameters<EventEmitter['on']>));
  app.lock = [true];
  let windows = 0;
  const log = { info: () => undefined } as unknown as ShellLog;
  claimSingleInstance([], log)?.onSecondStart(() => (windows += 1));
  events.emit('second-instance', {}, ['Ziggie.exe', '--quit']);
  expect([app.quits, windows]).toEqual([1, 0]);
  events.emit('second-instance', {}, ['Ziggie.exe']);
  expect([app.quits, windows]).toEqual([1, 1]);
});
