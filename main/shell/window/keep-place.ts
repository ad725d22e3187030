/** Remembers where a window is, and where a new one is to open. */
import { type BrowserWindow, screen } from 'electron';
import type { ShellLog } from '../log.ts';
import { type Opening, openingOf, withPlacement } from './placement.ts';
import { readPlacements, writePlacements } from './placement-file.ts';

/** ms. A window that is dragged tells of each step. */
const settleMs = 500;

export const usualSize = { width: 1280, height: 800 };
export const leastSize = { width: 640, height: 480 };

export interface PlaceKeeper {
  /** Where the next window opens. */
  opening(): Opening;
  /** Keeps the place of this window from now on. */
  follow(window: BrowserWindow): void;
}

export function placeKeeper(file: string, log: ShellLog): PlaceKeeper {
  let placements = readPlacements(file, log);

  const keep = (window: BrowserWindow): void => {
    // A minimized window has no place of its own.
    if (window.isDestroyed() || window.isMinimized()) return;
    const { x, y, width, height } = window.getNormalBounds();
    const bounds = { x: Math.round(x), y: Math.round(y), width: Math.round(width), height: Math.round(height) };
    const next = withPlacement(placements, screen.getAllDisplays(), { bounds, maximized: window.isMaximized() });
    if (JSON.stringify(next) === JSON.stringify(placements)) return;
    placements = next;
    writePlacements(file, placements, log);
  };
  return {
    opening: () => openingOf(placements, screen.getAllDisplays(), usualSize, leastSize),
    follow(window) {
      let timer: NodeJS.Timeout | null = null;
      const keepNow = (): void => {
        if (timer !== null) clearTimeout(timer);
        timer = null;
        keep(window);
      };
      const keepSoon = (): void => {
        timer ??= setTimeout(keepNow, settleMs);
      };
      window.on('resize', keepSoon);
      window.on('move', keepSoon);
      window.on('maximize', keepSoon);
      window.on('unmaximize', keepSoon);
      window.on('hide', keepNow);
      window.on('closed', () => {
        if (timer !== null) clearTimeout(timer);
      });
    },
  };
}
