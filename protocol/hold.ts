/** Who is held by a pause, and how long an attempt has run without its pauses. */
import type { Agent, Hold, Life } from './agent.ts';

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

/** What holds a new agent, or one that is restarted, below this parent: the nearest agent above that has not ended says whether the branch is paused. */
export function holdBelow(agents: { get(id: string): Agent | undefined }, parentId: string | null): Hold | null {
  for (let at = parentId; at !== null;) {
    const parent = agents.get(at);
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

/** Seconds that the living attempt of an agent has run, pauses not counted; null: none has begun, or it has ended. */
export type RanSeconds = (agent: Agent) => number | null;

/** By the wall clock: wrong by as much as that was changed since, and by the time the machine slept. */
export const ranByWallClock =
  (now: number): RanSeconds =>
  ({ life }) =>
    ranSeconds(life, now);
