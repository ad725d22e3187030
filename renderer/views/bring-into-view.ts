/** Then nothing around the place moves any more. */
const stillFrames = 20;
/** A log that moves for longer is not run after. */
const longestMs = 4000;

const scrollKeys = new Set([
  'ArrowUp',
  'ArrowDown',
  'ArrowLeft',
  'ArrowRight',
  'PageUp',
  'PageDown',
  'Home',
  'End',
  ' ',
]);

interface Sought {
  readonly scroller: HTMLElement;
  /** Brings the row that holds the place about the middle of what is seen. */
  readonly toRow: () => void;
  /** Moves the list by so many pixels. */
  readonly moveBy: (pixels: number) => void;
}

/**
 * The place that was gone to, in view both ways: rows are drawn and measured when they come near, and a match may be screens away
 * from where its row begins. It is kept there until all stands still or the reader scrolls. Answers how to call it off.
 */
export function bringIntoView({ scroller, toRow, moveBy }: Sought): () => void {
  const began = performance.now();
  let still = 0;
  let frame = 0;
  const look = (): void => {
    const place = scroller.querySelector('.log-gone-to, .log-anchor') ?? scroller.querySelector('.log-current');
    const off = place === null ? null : distance(place.getBoundingClientRect(), viewOf(scroller));
    if (off === null) {
      if (still++ % stillFrames === 0) toRow();
    } else if (off.down === 0 && off.right === 0) still += 1;
    else {
      still = 0;
      if (off.down !== 0) moveBy(off.down);
      scroller.scrollLeft += off.right;
    }
    const isOver = (off !== null && still >= stillFrames) || performance.now() - began > longestMs;
    if (isOver) end();
    else frame = requestAnimationFrame(look);
  };
  const over = new AbortController();
  const end = (): void => {
    cancelAnimationFrame(frame);
    over.abort();
  };
  const { signal } = over;
  for (const taken of ['wheel', 'pointerdown', 'touchmove']) {
    scroller.addEventListener(taken, end, { signal, passive: true });
  }
  // The key that asked for the place comes by here, too.
  scroller.addEventListener('keydown', ({ key }) => scrollKeys.has(key) && end(), { signal });
  toRow();
  frame = requestAnimationFrame(look);
  return end;
}

interface Box {
  readonly top: number;
  readonly left: number;
  readonly width: number;
  readonly height: number;
}

/** Without its scroll bars. */
function viewOf(scroller: HTMLElement): Box {
  const { top, left } = scroller.getBoundingClientRect();
  return {
    top: top + scroller.clientTop,
    left: left + scroller.clientLeft,
    width: scroller.clientWidth,
    height: scroller.clientHeight,
  };
}

/** How far the view has to go, in pixels. */
const distance = (place: Box, view: Box): { readonly down: number; readonly right: number } => ({
  down: along(place.top - view.top, place.height, view.height),
  right: along(place.left - view.left, place.width, view.width),
});

/** To its middle, or to its beginning where it is larger than the view. 0: it is seen. */
function along(from: number, size: number, room: number): number {
  if (size > room) return Math.abs(from) < 1 ? 0 : Math.round(from);
  return from >= 0 && from + size <= room ? 0 : Math.round(from + size / 2 - room / 2) || Math.sign(from);
}
