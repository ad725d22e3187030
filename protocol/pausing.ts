/** Pausing and resuming as steps of a life, and who is held by a pause. */
import type { Agent, Hold, Life } from './agent.ts';
import type { EventOf } from './events.ts';
import type { Fleet } from './fleet.ts';

/** What keeps it from running or from being started; null: nothing does. */
export function holdOf(life: Life): Hold | null {
  switch (life.status) {
    case 'paused':
      return { by: life.by, reason: life.reason, since: life.since };
    case 'queued':
    case 'starting':
    case 'backoff':
      return life.hold ?? null;
    case 'running':
    case 'stopping':
    case 'ended':
    case 'never_began':
      return null;
  }
}

/** The field as it goes on into the next state. */
export function heldField(life: Life): { hold?: Hold } {
  const hold = holdOf(life);
  return hold === null ? {} : { hold };
}

export const holdWords = ({ by, reason }: Hold): string => `paused by ${by}${reason === null ? '' : `: ${reason}`}`;
/** The status reason of who waits because of it. */
export const heldWords = (hold: Hold): string => `waiting: its branch is ${holdWords(hold)}`;

export function paused(agent: Agent, { at, by, reason, ran_seconds }: EventOf<'agent_paused'>): Agent {
  const { life } = agent;
  const hold = { by, reason, since: at };
  switch (life.status) {
    case 'running':
      return { ...agent, life: { ...life, status: 'paused', ran: { seconds: ran_seconds, at }, ...hold } };
    case 'queued':
    case 'starting':
    case 'backoff':
      return life.hold === undefined ? { ...agent, life: { ...life, hold } } : agent;
    case 'paused':
    case 'stopping':
    case 'ended':
    case 'never_began':
      return agent;
  }
}

export function resumed(agent: Agent, { at }: EventOf<'agent_resumed'>): Agent {
  const { life } = agent;
  if (life.status === 'paused') {
    const { by: _by, reason: _reason, since: _since, ran, ...run } = life;
    return { ...agent, life: { ...run, status: 'running', ran: { seconds: ran.seconds, at } } };
  }
  if (life.status === 'queued' && life.hold !== undefined) {
    const { hold: _hold, ...waiting } = life;
    return { ...agent, life: { ...waiting, since: at } }; // Nobody could have started it meanwhile: its patience begins anew.
  }
  if ((life.status === 'starting' || life.status === 'backoff') && life.hold !== undefined) {
    const { hold: _hold, ...waiting } = life;
    return { ...agent, life: waiting };
  }
  return agent;
}

/** What holds a new agent below this parent: the nearest agent above that has not ended says whether the branch is paused. */
export function holdBelow(fleet: Fleet, parentId: string | null): Hold | null {
  for (let at = parentId; at !== null;) {
    const parent = fleet.agents.get(at);
    if (parent === undefined) return null;
    const { status } = parent.life;
    if (status !== 'ended' && status !== 'never_began') return holdOf(parent.life);
    at = parent.facts.parent_agent;
  }
  return null;
}

/** Seconds that the attempt has run by `now` (milliseconds since the epoch), pauses not counted; null: it has not begun. By the wall clock. */
export function ranSeconds(life: Life, now: number): number | null {
  if (life.status === 'paused') return life.ran.seconds;
  if (life.status !== 'running' && life.status !== 'stopping') return null;
  const { ran, started_at } = life;
  if (started_at === null) return null;
  const from = ran ?? { seconds: 0, at: started_at };
  return from.seconds + Math.max(0, now - Date.parse(from.at)) / 1000;
}
