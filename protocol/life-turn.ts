/** One step of one agent's life: what an event makes of it. Part of the one reducer; pure. */
import { type Agent, isEnded, type Life } from './agent.ts';
import { attemptOf } from './attempt.ts';
import type { EventOf, ZiggieEvent } from './events.ts';
import { heldField, holdOf } from './hold.ts';
import { paused, resumed } from './pausing.ts';
import { addUsage } from './usage.ts';

/** What happens to one agent. */
export type AgentEvent = Exclude<
  Extract<ZiggieEvent, { agent_id: string }>,
  { type: 'external_seen' } | { type: 'inbox_acknowledged' }
>;

/** A turn in its life, as against what it asks for. */
export type TurnEvent = Exclude<
  AgentEvent,
  { type: 'approval_requested' | 'approval_decided' | 'agent_reprioritized' }
>;

/** One step of one life. An event that does not fit the state changes nothing: an end is final. */
export function live(agent: Agent, event: TurnEvent): Agent {
  const { life } = agent;
  switch (event.type) {
    case 'agent_waiting':
      if (life.status !== 'queued' && life.status !== 'backoff') return agent;
      return { ...agent, life: { ...life, reason: event.reason } };
    case 'agent_starting':
      // From `running` where its launcher left without ever letting it begin.
      if (life.status === 'stopping' || life.status === 'ended' || life.status === 'never_began') return agent;
      return {
        ...agent,
        ...ranBefore(agent),
        life: { status: 'starting', since: event.at, ...attemptOf(event), ...heldField(life) },
      };
    case 'agent_started':
      return started(agent, event);
    case 'agent_usage':
      return life.status === 'ended' ? agent : { ...agent, usage: addUsage(agent.usage_before, event.usage) };
    case 'agent_doubted':
      return doubted(agent, event);
    case 'agent_stopping':
      return stopping(agent, event);
    case 'agent_paused':
      return paused(agent, event);
    case 'agent_resumed':
      return resumed(agent, event);
    case 'replan_suggested':
      return replanned(agent, event);
    case 'agent_restarting':
      return restarting(agent, event);
    case 'agent_ended':
      if (life.status === 'queued' || life.status === 'ended' || life.status === 'never_began') return agent;
      return { ...agent, life: endedLife(life, event) };
    case 'agent_never_began':
      return neverBegan(agent, event);
  }
}

function replanned(agent: Agent, { at, share, basis, suggestion }: EventOf<'replan_suggested'>): Agent {
  return agent.replan === undefined && !isEnded(agent) ? { ...agent, replan: { at, share, basis, suggestion } } : agent;
}

/** The attempt that the back-off followed is not the present one any more. */
function ranBefore({ life, ran_before = 0 }: Agent): Pick<Agent, 'ran_before'> {
  const seconds = life.status === 'backoff' ? (life.ending.execution_time_seconds ?? 0) : 0;
  return seconds === 0 ? {} : { ran_before: ran_before + seconds };
}

/** From `running` and `paused` where its launcher left without ever letting it begin. */
function neverBegan(agent: Agent, { as, at, failure }: EventOf<'agent_never_began'>): Agent {
  const { life } = agent;
  if (isEnded(agent) || life.status === 'stopping' || life.status === 'backoff') return agent;
  const attempts = 'attempt' in life ? life.attempt : life.status === 'queued' ? life.attempts : undefined;
  return {
    ...agent,
    life: { status: 'never_began', as, at, failure, ...(attempts === undefined ? {} : { attempts }) },
  };
}

function started(agent: Agent, event: Extract<AgentEvent, { type: 'agent_started' }>): Agent {
  const { life } = agent;
  const run = { identity: event.identity, started_at: event.at };
  const hold = holdOf(life);
  if ((life.status === 'starting' || life.status === 'paused') && hold !== null) {
    const ran = { seconds: 0, at: event.at };
    return { ...agent, life: { ...attemptOf(life), status: 'paused', ...run, ran, ...hold } };
  }
  if (life.status === 'starting' || life.status === 'running') {
    return { ...agent, life: { ...attemptOf(life), status: 'running', ...run } };
  }
  // Stopped between the start and its confirmation: it has a process now, and that process is being stopped.
  return life.status === 'stopping' ? { ...agent, life: { ...life, ...run } } : agent;
}

function doubted(agent: Agent, event: Extract<AgentEvent, { type: 'agent_doubted' }>): Agent {
  const { status } = agent.life;
  if (status !== 'running' && status !== 'paused' && status !== 'stopping') return agent;
  const { doubt, ...life } = agent.life;
  if (doubt?.is === (event.doubt ?? undefined)) return agent;
  return { ...agent, life: event.doubt === null ? life : { ...life, doubt: { is: event.doubt, since: event.at } } };
}

function stopping(agent: Agent, event: Extract<AgentEvent, { type: 'agent_stopping' }>): Agent {
  const { life } = agent;
  if (life.status !== 'starting' && life.status !== 'running' && life.status !== 'paused') return agent;
  const run =
    life.status === 'starting'
      ? { identity: null, started_at: null }
      : { identity: life.identity, started_at: life.started_at, ...ranField(life, event.at) };
  const { by, reason, detail } = event;
  const why = detail === undefined ? { by, reason } : { by, reason, detail };
  return { ...agent, life: { ...attemptOf(life), status: 'stopping', ...run, since: event.at, ...why } };
}

/** What was paused runs again from here on: it is woken to be asked. */
function ranField(life: Extract<Life, { status: 'running' | 'paused' }>, at: string): Pick<typeof life, 'ran'> {
  if (life.ran === undefined) return {};
  return { ran: life.status === 'paused' ? { seconds: life.ran.seconds, at } : life.ran };
}

function restarting(agent: Agent, event: Extract<AgentEvent, { type: 'agent_restarting' }>): Agent {
  const { life } = agent;
  if (life.status !== 'running' && life.status !== 'paused') return agent;
  const { at, attempt, until, reason, ending, failures } = event;
  const { started_at } = life;
  return {
    ...agent,
    life: { status: 'backoff', attempt, since: at, until, reason, ending, started_at, ...heldField(life) },
    usage_before: agent.usage,
    failures,
  };
}

function endedLife(
  life: Extract<Life, { status: 'starting' | 'running' | 'paused' | 'stopping' | 'backoff' }>,
  event: Extract<AgentEvent, { type: 'agent_ended' }>,
): Life {
  const run =
    life.status === 'starting' || life.status === 'backoff'
      ? { pid: null, started_at: life.status === 'starting' ? null : life.started_at }
      : { pid: life.identity?.pid ?? null, started_at: life.started_at };
  const isStopped = life.status === 'stopping' && life.reason === 'stop';
  const ending = isStopped ? { ...event.ending, stopped_by: life.by } : event.ending;
  return { status: 'ended', ending, attempt: event.attempt, ...run };
}
