/** Waiting as long as it takes. `setTimeout` holds 24.8 days at most and fires at once beyond. By the monotonic clock. */
const longestMs = 2_147_000_000;

/** Calls back once, `milliseconds` from now (at once for less than none). Returns what cancels it. Keeps no process alive. */
export function longTimer(milliseconds: number, work: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (left: number): void => {
    const step = Math.min(Math.max(left, 0), longestMs);
    timer = setTimeout(() => (left > step ? wait(left - step) : work()), step).unref();
  };
  wait(milliseconds);
  return () => clearTimeout(timer);
}
