/** Numbers as the dashboard writes them. Every function is total: what is unknown is null and the view leaves it out. */

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

const two = (value: number): string => String(value).padStart(2, '0');

/** A length of time with its two largest units: `<1s`, `41s`, `4m 12s`, `2h 05m`, `3d 04h`. Negative counts as 0. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (seconds > 0 && whole === 0) return '<1s';
  if (whole < minute) return `${whole}s`;
  if (whole < hour) return `${Math.floor(whole / minute)}m ${two(whole % minute)}s`;
  if (whole < day) return `${Math.floor(whole / hour)}h ${two(Math.floor((whole % hour) / minute))}m`;
  return `${Math.floor(whole / day)}d ${two(Math.floor((whole % day) / hour))}h`;
}

/** How long ago, in its largest unit: `3 s ago`, `4 min ago`. What lies in the future (two clocks) is `0 s ago`. */
export function ago(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < minute) return `${whole} s ago`;
  if (whole < hour) return `${Math.floor(whole / minute)} min ago`;
  if (whole < day) return `${Math.floor(whole / hour)} h ago`;
  return `${Math.floor(whole / day)} d ago`;
}

/** Seconds from an ISO 8601 time to `now` (ms since the epoch); null when the text is not a time. */
export function secondsSince(iso: string, now: number): number | null {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? null : (now - at) / 1000;
}

/** Local time of day, with the date in front when it is not today: `14:30:05`, `9 Nov 14:30:05`. */
export function clockTime(iso: string, now: number): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  const today = new Date(now);
  if (at.toDateString() === today.toDateString()) return time;
  const month = at.toLocaleString('en', { month: 'short' });
  const year = at.getFullYear() === today.getFullYear() ? '' : ` ${at.getFullYear()}`;
  return `${at.getDate()} ${month}${year} ${time}`;
}

/** US dollars: two decimals, four below one cent. */
export function dollars(amount: number): string {
  return `$${amount.toFixed(amount !== 0 && Math.abs(amount) < 0.01 ? 4 : 2)}`;
}

/** Whole numbers with thin groups of three: `1,204,511`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}

/** Bytes in the unit a person would say: `812 B`, `4.2 KB`, `1.0 GB`. */
export function bytes(value: number): string {
  const units = ['KB', 'MB', 'GB', 'TB'] as const;
  if (value < 1024) return `${value} B`;
  let scaled = value / 1024;
  let unit = 0;
  while (scaled >= 1024 && unit < units.length - 1) {
    scaled /= 1024;
    unit += 1;
  }
  return `${scaled.toFixed(1)} ${units[unit] ?? 'TB'}`;
}

/** Of one core: `12 %`, and `0.4 %` below one. */
export function percent(value: number): string {
  return `${value > 0 && value < 1 ? value.toFixed(1) : Math.round(value)} %`;
}

/** MB of 1,048,576 bytes, as the coordinator counts: `310.0 MB`, `2.1 GB`. */
export function megabytes(value: number): string {
  return value >= 1024 ? `${(value / 1024).toFixed(1)} GB` : `${value.toFixed(1)} MB`;
}

/** Large counts for narrow columns: `812`, `4.2k`, `1.3M`. */
export function short(value: number): string {
  if (value < 1000) return String(Math.round(value));
  return value < 999_950 ? `${(value / 1000).toFixed(1)}k` : `${(value / 1_000_000).toFixed(1)}M`;
}

/** `1 agent`, `3 agents`: the number with its noun; an irregular plural is given. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}
