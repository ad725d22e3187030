/** Time, injected: `now` for facts people read, `monotonic` for durations, which clock changes must not bend. */
export interface Clock {
  /** Wall time, ISO 8601 UTC with milliseconds. */
  now(): string;
  /** Milliseconds since an arbitrary point; never goes back. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => new Date().toISOString(),
  monotonic: () => performance.now(),
};
