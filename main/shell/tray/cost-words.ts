/** What the fleet cost today, as the dashboard counts and says it. Pure. */
import { type DaySpent, utcDay } from '../../../protocol/spending.ts';

/** `$1.84`, four decimals below one cent; null where nothing was spent on the UTC day of `now` (ms since the epoch). */
export function costToday(day: DaySpent, now: number): string | null {
  if (day.date !== utcDay(now) || day.cost_usd === 0) return null;
  return `$${day.cost_usd.toFixed(Math.abs(day.cost_usd) < 0.01 ? 4 : 2)}`;
}
