/** `powerMonitor`, `screen` and `nativeTheme` of the double: the machine, as the test says it is. */
import { EventEmitter } from 'node:events';
import type { Emits } from './events.ts';

export type PowerEvent = 'suspend' | 'resume' | 'lock-screen' | 'unlock-screen' | 'shutdown';
type PowerEvents = Record<PowerEvent, []>;
true satisfies Emits<Electron.PowerMonitor, PowerEvents>;
export const powerMonitor = new EventEmitter<PowerEvents>();

type ThemeEvents = { updated: [] };
true satisfies Emits<Electron.NativeTheme, ThemeEvents>;

class NativeTheme extends EventEmitter<ThemeEvents> {
  shouldUseDarkColors = false;

  /** The person at the desktop chooses. */
  set(dark: boolean): void {
    this.shouldUseDarkColors = dark;
    this.emit('updated');
  }
}
export const nativeTheme = new NativeTheme();

const monitor = (x: number, width: number, height: number) => ({
  bounds: { x, y: 0, width, height },
  workArea: { x, y: 0, width, height: height - 48 },
  scaleFactor: 1,
});

class Screen {
  #displays = displaysOf(process.env['ELECTRON_DOUBLE_MONITORS'] ?? '1920x1080');

  getAllDisplays(): Electron.Display[] {
    return this.#displays as Electron.Display[];
  }
}

/** `1920x1080,2560x1440`: side by side from the left, each with a taskbar of 48 px at its bottom. */
function displaysOf(text: string): ReturnType<typeof monitor>[] {
  let x = 0;
  return text.split(',').map((size) => {
    const [width = 0, height = 0] = size.split('x').map(Number);
    const one = monitor(x, width, height);
    x += width;
    return one;
  });
}
export const screen = new Screen();
