/** Fleets for the dashboard's tests, made as every fleet is made: by events through the reducer. */
import type { AgentFacts, Ending, Usage } from '../../../protocol/agent.ts';
import { unknownUsage } from '../../../protocol/agent.ts';
import type { FailureCode } from '../../../protocol/failures.ts';
import type { Sequenced, ZiggieEvent } from '../../../protocol/events.ts';
import { emptyFleet, type Fleet, fleet } from '../../../protocol/fleet.ts';
import { agentFacts } from '../../rig/agent-facts.ts';

/** When everything in these fleets begins, and ten minutes later, when what ended has ended. */
export const began = '2025-11-09T14:30:00.000Z';
export const ended = '2025-11-09T14:40:00.000Z';
/** The time on the page, in ms: a minute after `ended`. */
export const now = Date.parse('2025-11-09T14:41:00.000Z');

/** `1` stands for agent_20251109_143000_1. */
export const idOf = (ordinal: number): string => `agent_20251109_143000_${ordinal}`;

export const accepted = (ordinal: number, facts: Partial<AgentFacts> = {}): ZiggieEvent => ({
  type: 'agent_accepted',
  at: began,
  request_sha256: '0'.repeat(64),
  facts: agentFacts({
    agent_id: idOf(ordinal),
    ordinal,
    request_id: `request_${ordinal}`,
    parent_agent: null,
    accepted_at: began,
    ...facts,
  }),
  prompt: null,
});

export const starting = (ordinal: number, attempt = 1): ZiggieEvent => ({
  type: 'agent_starting',
  at: began,
  agent_id: idOf(ordinal),
  attempt,
  nonce: 'nonce',
  token_sha256: '0'.repeat(64),
});

export const started = (ordinal: number): ZiggieEvent => ({
  type: 'agent_started',
  at: began,
  agent_id: idOf(ordinal),
  attempt: 1,
  identity: { pid: 1000 + ordinal, start_time: '1', boot_id: 'boot' },
});

export const running = (ordinal: number, facts: Partial<AgentFacts> = {}): ZiggieEvent[] => [
  accepted(ordinal, facts),
  starting(ordinal),
  started(ordinal),
];

export const usage = (ordinal: number, fields: Partial<Usage>): ZiggieEvent => ({
  type: 'agent_usage',
  at: began,
  agent_id: idOf(ordinal),
  usage: { ...unknownUsage, ...fields },
});

export const stopping = (ordinal: number, by = 'operator'): ZiggieEvent => ({
  type: 'agent_stopping',
  at: ended,
  agent_id: idOf(ordinal),
  by,
  reason: 'stop',
});

export const ending: Ending = {
  status: 'completed',
  status_reason: 'exit code 0',
  source: 'exit_event',
  exit_code: 0,
  signal: null,
  completed_at: ended,
  execution_time_seconds: 600,
  report_exists: true,
  report_problems: [],
  stop_steps: [],
  survivors: [],
  reaped: 0,
};

export const over = (ordinal: number, fields: Partial<Ending> = {}): ZiggieEvent => ({
  type: 'agent_ended',
  at: ended,
  agent_id: idOf(ordinal),
  attempt: 1,
  ending: { ...ending, ...fields },
});

export const neverBegan = (
  ordinal: number,
  as: 'refused' | 'expired' | 'cancelled',
  code: FailureCode = 'SPAWN_FAILED',
): ZiggieEvent => ({
  type: 'agent_never_began',
  at: ended,
  agent_id: idOf(ordinal),
  as,
  failure: { code, message: 'it could not be' },
});

export const outside = (agent_id: string, level = 1): ZiggieEvent => ({
  type: 'external_seen',
  at: began,
  agent_id,
  level,
});

export const sequenced = (...events: readonly (ZiggieEvent | readonly ZiggieEvent[])[]): Sequenced[] =>
  events.flat().map((event, index) => ({ seq: index + 1, event }));

export const fleetFrom = (...events: readonly (ZiggieEvent | readonly ZiggieEvent[])[]): Fleet =>
  sequenced(...events).reduce(fleet, emptyFleet);

/** One ended agent. */
export const endedAs = (fields: Partial<Ending>, facts: Partial<AgentFacts> = {}): Fleet =>
  fleetFrom(running(1, facts), over(1, fields));
