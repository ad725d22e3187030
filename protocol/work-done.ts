/** What the agents of a group have done so far, measured, and each one's part of it. */
import { type Agent, isEnded, type Replan } from './agent.ts';

export interface WorkDone {
  /** Tokens only where every one that has run reports them. */
  readonly basis: Replan['basis'];
  /** By agent, of those that have begun. */
  readonly amounts: ReadonlyMap<string, number>;
  readonly total: number;
}

/** `nowMs`: since 1970, for what still runs. */
export function workDone(members: readonly Agent[], nowMs: number): WorkDone {
  const begun = members.flatMap((one) => {
    const seconds = secondsRun(one, nowMs);
    return seconds === null ? [] : [{ id: one.facts.agent_id, seconds, tokens: tokensOf(one) }];
  });
  const haveTokens = begun.length > 0 && begun.every(({ tokens }) => tokens !== null && tokens > 0);
  const amounts = new Map(begun.map(({ id, seconds, tokens }) => [id, haveTokens ? (tokens ?? 0) : seconds]));
  const total = [...amounts.values()].reduce((sum, amount) => sum + amount, 0);
  return { basis: haveTokens ? 'tokens' : 'seconds', amounts, total };
}

/** Fraction of 1; null where there is nothing to compare it with. */
export function doneShare({ amounts, total }: WorkDone, agentId: string): number | null {
  const amount = amounts.get(agentId);
  return amount === undefined || amounts.size < 2 || total <= 0 ? null : amount / total;
}

/** Of its last attempt, pauses not counted; null: it has not begun. */
export function secondsRun({ life }: Agent, nowMs: number): number | null {
  switch (life.status) {
    case 'ended':
    case 'backoff':
      return life.ending.execution_time_seconds;
    case 'paused':
      return life.ran.seconds;
    case 'running':
    case 'stopping': {
      const since = life.ran?.at ?? life.started_at;
      return since === null ? null : (life.ran?.seconds ?? 0) + Math.max(0, (nowMs - Date.parse(since)) / 1000);
    }
    default:
      return null;
  }
}

/** What was read from a cache was worked on before. */
function tokensOf({ usage: { tokens } }: Agent): number | null {
  return tokens === null ? null : tokens.input + tokens.output + tokens.cache_write;
}

/** Where one does more than `maxShare` of what a group of three or more has done, and others could still take some of it. */
export function overloaded(
  members: readonly Agent[],
  {
    size,
    maxShare,
    afterSeconds,
    nowMs,
  }: {
    readonly size: number | null;
    readonly maxShare: number;
    readonly afterSeconds: number;
    readonly nowMs: number;
  },
): { readonly agent: Agent; readonly share: number; readonly basis: Replan['basis'] }[] {
  const done = workDone(members, nowMs);
  // Before all have begun a share is not one of the whole.
  if (done.amounts.size < Math.max(3, size ?? 0)) return [];
  return members.flatMap((agent) => {
    const share = doneShare(done, agent.facts.agent_id);
    const ran = secondsRun(agent, nowMs) ?? 0;
    if (isEnded(agent) || share === null || share <= maxShare + 1e-9 || ran < afterSeconds) return [];
    return [{ agent, share, basis: done.basis }];
  });
}
