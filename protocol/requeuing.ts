/** The verb `restart` as a step of a life: what has ended waits for its next attempt, with what it used before kept. */
import type { Agent, Hold } from './agent.ts';
import type { EventOf } from './events.ts';
import { nextToStart } from './next-to-start.ts';

type Requeued = Pick<EventOf<'agents_requeued'>, 'at' | 'by' | 'reason'>;

/** The same agent where it has not ended. `hold`: its branch is paused, so it waits like a new one there. Failures are counted anew: whoever restarts it has looked at them. */
export function requeued(agent: Agent, { at, by, reason }: Requeued, hold: Hold | null): Agent {
  const { life } = agent;
  const held = hold === null ? {} : { hold };
  const anew = { ...agent, usage_before: agent.usage, failures: 0 };
  if (life.status === 'never_began') {
    const attempts = life.attempts === undefined ? {} : { attempts: life.attempts };
    return { ...anew, life: { status: 'queued', since: at, reason: nextToStart, ...attempts, ...held } };
  }
  if (life.status !== 'ended') return agent;
  const { ending, attempt, started_at } = life;
  const words = `attempt ${attempt} is ${ending.status}; restarted by ${by}${reason === null ? '' : `: ${reason}`}`;
  return {
    ...anew,
    life: { status: 'backoff', attempt, since: at, until: at, reason: words, ending, started_at, ...held },
  };
}
