/** Round local times for an axis, a handful between two moments. Pure but for the time zone. */

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const steps = [
  10 * second,
  30 * second,
  minute,
  2 * minute,
  5 * minute,
  15 * minute,
  30 * minute,
  hour,
  3 * hour,
  6 * hour,
];

/** ms since the epoch; `most` of them at the most. */
export function timeTicks(fromMs: number, toMs: number, most: number): readonly number[] {
  const step = steps.find((one) => (toMs - fromMs) / one <= most) ?? 12 * hour;
  const zone = new Date(fromMs).getTimezoneOffset() * minute;
  const ticks: number[] = [];
  for (let at = Math.ceil((fromMs - zone) / step) * step + zone; at <= toMs; at += step) ticks.push(at);
  return ticks;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** `14:30`, with seconds where they are not nought. */
export function tickTime(ms: number): string {
  const at = new Date(ms);
  const seconds = at.getSeconds() === 0 ? '' : `:${two(at.getSeconds())}`;
  return `${two(at.getHours())}:${two(at.getMinutes())}${seconds}`;
}
