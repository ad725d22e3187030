import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { trayIconFile } from '../../../main/shell/tray/icon-file.ts';
import type { TrayIcon } from '../../../main/shell/tray/model.ts';

const folder = join(import.meta.dirname, '../../../assets/icons/tray');

/** Width and height stand in the header of every PNG, at byte 16. */
function pngSize(file: string): [number, number] {
  const bytes = readFileSync(file);
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}

const models: [TrayIcon, number][] = [
  ['idle', 0],
  ['working', 7],
  ['failed', 3],
  ...Array.from({ length: 10 }, (_, index): [TrayIcon, number] => ['needs_you', index + 1]),
];

test.each(models)('%s with %i has a picture at 16, 20, 24 and 32 pixels', (icon, count) => {
  const file = trayIconFile(folder, { icon, count });
  for (const [suffix, size] of [
    ['', 16],
    ['@1.25x', 20],
    ['@1.5x', 24],
    ['@2x', 32],
  ] as const) {
    const scaled = file.replace('.png', `${suffix}.png`);
    expect(existsSync(scaled), scaled).toBe(true);
    expect(pngSize(scaled)).toEqual([size, size]);
  }
});

test('a count that does not fit the badge is a plus', () => {
  expect(trayIconFile('icons', { icon: 'needs_you', count: 9 })).toBe(join('icons', 'tray-needs-you-9.png'));
  expect(trayIconFile('icons', { icon: 'needs_you', count: 10 })).toBe(join('icons', 'tray-needs-you-more.png'));
});
