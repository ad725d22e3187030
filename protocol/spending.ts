/** What was spent, counted from the fleet alone: by one agent, and by all of a root on one UTC day. Pure. */
import type { Agent } from './agent.ts';
import { type Amounts, amountsSchema, noAmounts } from './budget.ts';
import type { RanSeconds } from './hold.ts';
import { z } from 'zod';

/** Of one UTC day, `date` as "2026-01-31". Only the last day on which anything happened is kept. */
export const daySpentSchema = amountsSchema.extend({ date: z.string() });
export type DaySpent = z.infer<typeof daySpentSchema>;
export const noDay: DaySpent = { date: '', ...noAmounts };

const dayMs = 24 * 60 * 60 * 1000;
export const utcDay = (at: string | number): string => new Date(at).toISOString().slice(0, 10);

export const tokensOf = ({ usage: { tokens } }: Agent): number =>
  tokens === null ? 0 : tokens.input + tokens.output + tokens.cache_read + tokens.cache_write;

/** A process was, or is about to be, started for it. */
export function hasBegun({ life }: Agent): boolean {
  return life.status !== 'queued' && life.status !== 'never_began';
}

/** By itself, in all its attempts. What it does not tell is counted as nothing. */
export function spentBy(agent: Agent, ran: RanSeconds): Amounts {
  return {
    cost_usd: agent.usage.cost_usd ?? 0,
    tokens: tokensOf(agent),
    agents: hasBegun(agent) ? 1 : 0,
    minutes: ((agent.ran_before ?? 0) + attemptSeconds(agent, ran)) / 60,
  };
}

/** Of the present attempt, or of the last. */
function attemptSeconds(agent: Agent, ran: RanSeconds): number {
  const { life } = agent;
  if (life.status === 'ended' || life.status === 'backoff') return life.ending.execution_time_seconds ?? 0;
  return ran(agent) ?? 0;
}

/** What an event changed in one agent, added to its day. `at`: ISO 8601 UTC of the event. */
export function spentOnDay(day: DaySpent, before: Agent | undefined, after: Agent, at: string): DaySpent {
  const cost = (after.usage.cost_usd ?? 0) - (before?.usage.cost_usd ?? 0);
  const tokens = tokensOf(after) - (before === undefined ? 0 : tokensOf(before));
  const agents = Number(hasBegun(after)) - Number(before !== undefined && hasBegun(before));
  const minutes = endedMinutes(before, after, at);
  if (cost === 0 && tokens === 0 && agents === 0 && minutes === 0) return day;
  const today = at.slice(0, 10);
  // A clock that was put back: what is spent then counts on the day that is kept.
  const known = day.date >= today ? day : { ...noAmounts, date: today };
  return {
    date: known.date,
    cost_usd: known.cost_usd + cost,
    tokens: known.tokens + tokens,
    agents: known.agents + agents,
    minutes: known.minutes + minutes,
  };
}

/** Of an attempt that this event ended: the part of it that lies on the day of its end. */
function endedMinutes(before: Agent | undefined, after: Agent, at: string): number {
  const { life } = after;
  if (life.status !== 'ended' && life.status !== 'backoff') return 0;
  if (before === undefined || !['starting', 'running', 'paused', 'stopping'].includes(before.life.status)) return 0;
  return Math.min(life.ending.execution_time_seconds ?? 0, secondsOfDay(Date.parse(at))) / 60;
}

const secondsOfDay = (now: number): number => (now % dayMs) / 1000;

/** On the day of `now` (milliseconds since the epoch) by attempts that still run. */
export function runningMinutesOfDay(agents: Iterable<Agent>, now: number, ran: RanSeconds): number {
  let seconds = 0;
  for (const agent of agents) seconds += Math.min(ran(agent) ?? 0, secondsOfDay(now));
  return seconds / 60;
}
