/** Stopping agents together, whatever state each is in: all of them are durably marked before the first is touched. */
import type { Agent } from '../../../protocol/agent.ts';
import type { EventOf, ZiggieEvent } from '../../../protocol/events.ts';
import { fail, failureOf, ok, type Result } from '../../../protocol/failures.ts';
import type { Clock } from '../clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { stoppedInBackoff } from './endings.ts';
import type { Run, StopOrder } from './run.ts';

export interface StopPlace {
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** By agent. */
  readonly runs: ReadonlyMap<string, Run>;
  /** Called when all are marked: one that was never let go, and waits for that, has no run that would end it. */
  readonly onSlotFree: () => void;
}

/**
 * Marked, none of them can deploy or be started any more. Settles when each has ended. IDENTITY_UNVERIFIED when of one
 * nothing tells whether the process is still its own: then none of them is touched. `note` becomes durable with the marks.
 */
export async function stopAgents(
  { ledger, clock, runs, onSlotFree }: StopPlace,
  agents: readonly Agent[],
  order: StopOrder,
  note: readonly ZiggieEvent[] = [],
): Promise<Result<void>> {
  const unverified = agents.filter(({ facts }) => runs.get(facts.agent_id)?.verify() === 'unknown');
  if (unverified.length > 0) return identityUnverified(unverified);
  const { by } = order;
  const at = clock.now();
  const waiting = agents.filter(({ life }) => life.status === 'queued');
  const backingOff = agents.flatMap(({ facts, life }) => (life.status === 'backoff' ? [{ facts, life }] : []));
  const active = agents.filter(({ life }) => ['starting', 'running', 'paused'].includes(life.status));
  const never = neverBegan(order);
  await ledger.commit([
    ...waiting.map(({ facts }) => ({ type: 'agent_never_began', at, agent_id: facts.agent_id, ...never }) as const),
    ...backingOff.map(({ facts, life }) => {
      const ending = stoppedInBackoff(life, order.reason === 'budget' ? budgetWords(order) : by);
      return { type: 'agent_ended', at, agent_id: facts.agent_id, attempt: life.attempt, ending } as const;
    }),
    ...active.map(({ facts }) => ({ type: 'agent_stopping', at, agent_id: facts.agent_id, ...order }) as const),
    ...note,
  ]);
  onSlotFree();
  const stopped = agents.flatMap(({ facts }) => runs.get(facts.agent_id) ?? []);
  await Promise.all(stopped.map((run) => run.stop(order)));
  return ok(undefined);
}

function neverBegan(order: StopOrder): Pick<EventOf<'agent_never_began'>, 'as' | 'failure'> {
  const { reason, by, detail } = order;
  if (reason !== 'budget') {
    return {
      as: 'cancelled',
      failure: failureOf('CANCELLED', `stopped by ${by} while it waited; it never began`, { by }),
    };
  }
  const message = `It waited and never began: ${detail ?? 'a budget is used up'}. Ask whoever gave this budget for more.`;
  return { as: 'refused', failure: failureOf('BUDGET_EXCEEDED', message) };
}

const budgetWords = ({ by, detail }: StopOrder): string =>
  `${by} (BUDGET_EXCEEDED: ${detail ?? 'a budget is used up'})`;

function identityUnverified(agents: readonly Agent[]): Result<never> {
  const who = agents.map(({ facts, life }) => ({
    agent_id: facts.agent_id,
    pid: 'identity' in life ? (life.identity?.pid ?? null) : null,
  }));
  const named = who.map(({ agent_id, pid }) => `${agent_id} (pid ${pid ?? 'unknown'})`).join(', ');
  return fail(
    'IDENTITY_UNVERIFIED',
    `Nothing was stopped: the start time of the process of ${named} cannot be read, so it may be a stranger's by now. It is asked again every second; stop it again in a few seconds. If this stays, see whether this coordinator may read the process table and has file descriptors free, or end the process yourself.`,
    { agents: who },
  );
}
