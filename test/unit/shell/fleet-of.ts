/** A fleet in a given state, made the way every fleet is made: by events through the reducer. */
import type { AgentFacts, Ending } from '../../../protocol/agent.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { type Fleet, emptyFleet, fleet } from '../../../protocol/fleet.ts';
import { agentFacts } from '../../rig/agent-facts.ts';

type State = 'queued' | 'running' | 'paused' | 'stopping' | Partial<Ending>;

/** One agent: how far its life has come (an ending is given by its fields), and which of its facts matter. */
export interface Planned {
  readonly is: State;
  readonly facts?: Partial<AgentFacts>;
  /** Commands for which it asks to use Bash, and waits; the approvals are `apr_<id of the agent>_1` and so on. */
  readonly asks?: readonly string[];
}

const at = '2025-11-09T14:30:00.000Z';
const hash = '0'.repeat(64);
const ended = '2025-11-09T14:40:00.000Z';

const ending: Ending = {
  status: 'completed',
  status_reason: 'exit 0',
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

/** Agents are called `agent_1`, `agent_2` and so on, in this order. */
export function fleetOf(...agents: readonly Planned[]): Fleet {
  const events = agents.flatMap(({ is, facts, asks }, index) => [
    ...life(`agent_${index + 1}`, index + 1, is, facts ?? {}),
    ...(asks ?? []).map((command, nth) => asking(`agent_${index + 1}`, `apr_agent_${index + 1}_${nth + 1}`, command)),
  ]);
  return events.reduce((state, event, index) => fleet(state, { seq: index + 1, event }), emptyFleet);
}

const asking = (agent_id: string, approval_id: string, command: string): ZiggieEvent => ({
  type: 'approval_requested',
  at,
  agent_id,
  approval_id,
  tool_use_id: approval_id,
  tool: 'Bash',
  input: JSON.stringify({ command }),
  input_bytes: 1,
  input_sha256: hash,
  expires_at: ended,
});

function life(agent_id: string, ordinal: number, is: State, facts: Partial<AgentFacts>): ZiggieEvent[] {
  const all = agentFacts({ agent_id, ordinal, request_id: `request_${ordinal}`, parent_agent: null, ...facts });
  const accepted: ZiggieEvent = { type: 'agent_accepted', at, request_sha256: hash, facts: all, prompt: null };
  if (is === 'queued') return [accepted];
  const identity = { pid: 1000 + ordinal, start_time: '1', boot_id: 'boot' };
  const running: ZiggieEvent[] = [
    accepted,
    { type: 'agent_starting', at, agent_id, attempt: 1, nonce: 'nonce', token_sha256: hash },
    { type: 'agent_started', at, agent_id, attempt: 1, identity },
  ];
  if (is === 'running') return running;
  if (is === 'paused') {
    return [...running, { type: 'agent_paused', at, agent_id, by: 'operator', reason: null, ran_seconds: 0 }];
  }
  if (is === 'stopping') return [...running, { type: 'agent_stopping', at, agent_id, by: 'operator', reason: 'stop' }];
  return [...running, { type: 'agent_ended', at: ended, agent_id, attempt: 1, ending: { ...ending, ...is } }];
}
