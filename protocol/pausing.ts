/** Pausing and resuming as steps of a life. */
import type { Agent, Hold } from './agent.ts';
import { attemptOf } from './attempt.ts';
import type { EventOf } from './events.ts';

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
  switch (life.status) {
    case 'paused': {
      const { identity, started_at, ran, doubt } = life;
      const run = {
        identity,
        started_at,
        ran: { seconds: ran.seconds, at },
        ...(doubt === undefined ? {} : { doubt }),
      };
      return { ...agent, life: { ...attemptOf(life), status: 'running', ...run } };
    }
    case 'queued':
      if (life.hold === undefined) return agent;
      // Nobody could have started it meanwhile: its patience begins anew.
      return { ...agent, life: { ...withoutHold(life), since: at } };
    case 'starting':
    case 'backoff':
      return life.hold === undefined ? agent : { ...agent, life: withoutHold(life) };
    case 'running':
    case 'stopping':
    case 'ended':
    case 'never_began':
      return agent;
  }
}

function withoutHold<T extends { hold?: Hold | undefined }>(life: T): T {
  const free = { ...life };
  delete free.hold;
  return free;
}
