/**
 * Noticing that this process did not run for a while: it was suspended, or the machine slept or was overloaded. Nothing is
 * concluded from it, agents least of all; it stands in the journal and explains what came late.
 */
import type { Clock } from '../clock.ts';

const lookEveryMs = 1000;
/** Longer than any pause that work of our own causes. */
const gapMs = 5000;

/** `onGap` gets the seconds, by the monotonic clock: a wall clock that is put forward is no gap. Returns what ends the watch. */
export function watchTimeGaps(clock: Clock, onGap: (seconds: number) => void): () => void {
  let before = clock.monotonic();
  const timer = setInterval(() => {
    const now = clock.monotonic();
    const late = now - before - lookEveryMs;
    before = now;
    if (late >= gapMs) onGap(Math.round(late) / 1000);
  }, lookEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}
