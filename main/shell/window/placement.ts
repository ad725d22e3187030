/**
 * Where the window was, for each arrangement of monitors, and where it may be now: never on a monitor that is gone, never
 * larger than there is room. Pure; `placement-file.ts` keeps it.
 */
import { z } from 'zod';

/** Device-independent pixels, as Electron gives and takes them. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** What is needed of a monitor. `workArea`: without the taskbar. */
export interface Monitor {
  readonly bounds: Rectangle;
  readonly workArea: Rectangle;
  readonly scaleFactor: number;
}

const coordinate = z.number().int().min(-100_000).max(100_000);
const length = z.number().int().min(1).max(100_000);
const placementSchema = z.object({
  /** Of the window as it is when not maximized. */
  bounds: z.object({ x: coordinate, y: coordinate, width: length, height: length }),
  maximized: z.boolean(),
});
export type Placement = z.infer<typeof placementSchema>;

/** The one used last is the last. */
export const placementsSchema = z.object({
  version: z.literal(1),
  arrangements: z.array(z.object({ monitors: z.string().max(2000), placement: placementSchema })).max(100),
});
export type Placements = z.infer<typeof placementsSchema>;

export const noPlacements: Placements = { version: 1, arrangements: [] };

/** A docking station at home, one at work, a projector: more are not worth keeping. */
const mostArrangements = 12;

/** The name of an arrangement: `1920x1080+0+0@1 2560x1440+1920+0@1.5`. */
export const arrangementOf = (monitors: readonly Monitor[]): string =>
  monitors
    .map(({ bounds: { x, y, width, height }, scaleFactor }) => `${width}x${height}+${x}+${y}@${scaleFactor}`)
    .sort()
    .join(' ');

export function withPlacement(before: Placements, monitors: readonly Monitor[], placement: Placement): Placements {
  const name = arrangementOf(monitors);
  const others = before.arrangements.filter((one) => one.monitors !== name);
  return { version: 1, arrangements: [...others, { monitors: name, placement }].slice(-mostArrangements) };
}

/** What a window is made with; without x and y the system centres it on its first monitor. */
export interface Opening {
  readonly bounds: Pick<Rectangle, 'width' | 'height'> & Partial<Pick<Rectangle, 'x' | 'y'>>;
  readonly maximized: boolean;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * As it was with these monitors; with an arrangement that is new, as it was last, if that monitor is still there. `usual`:
 * its size where nothing is known. `least`: what it is never made smaller than, unless the monitor is.
 */
export function openingOf(saved: Placements, monitors: readonly Monitor[], usual: Size, least: Size): Opening {
  const name = arrangementOf(monitors);
  const known = saved.arrangements.findLast((one) => one.monitors === name) ?? saved.arrangements.at(-1);
  const { bounds, maximized } = known?.placement ?? { bounds: null, maximized: false };
  const home = bounds === null ? undefined : monitorOf(bounds, monitors);
  if (bounds === null || home === undefined) {
    const { workArea } = monitors[0] ?? { workArea: { x: 0, y: 0, ...usual } };
    const wanted = bounds ?? usual;
    return { bounds: sizeWithin(wanted, workArea, least), maximized };
  }
  const { workArea } = home;
  const size = sizeWithin(bounds, workArea, least);
  return {
    bounds: {
      x: clamp(bounds.x, workArea.x, workArea.x + workArea.width - size.width),
      y: clamp(bounds.y, workArea.y, workArea.y + workArea.height - size.height),
      ...size,
    },
    maximized,
  };
}

/** The monitor that shows most of it; none where it would hardly be seen. */
function monitorOf(bounds: Rectangle, monitors: readonly Monitor[]): Monitor | undefined {
  const seen = monitors
    .map((monitor) => ({ monitor, area: overlap(bounds, monitor.workArea) }))
    .sort((a, b) => b.area - a.area)[0];
  return seen !== undefined && seen.area > 0 ? seen.monitor : undefined;
}

function overlap(a: Rectangle, b: Rectangle): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

const sizeWithin = (wanted: Size, room: Size, least: Size): Size => ({
  width: Math.min(Math.max(wanted.width, least.width), room.width),
  height: Math.min(Math.max(wanted.height, least.height), room.height),
});

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), Math.max(low, high));
