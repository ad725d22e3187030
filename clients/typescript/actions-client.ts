/** A client of any door from one function: how the door carries a request and brings its answer. */
import type { Action, AnswerOf } from '../../protocol/actions.ts';
import type { ClientResult, Input, ZiggieClient } from './client.ts';

export interface Carried<T> {
  readonly answer: T;
  /** null: this door does not tell. */
  readonly replayed: boolean | null;
}

/** Where the door can, `signal` gives up waiting; what was asked may still be carried out. */
export type Carry = <A extends Action>(
  action: A,
  input: Input<A>,
  signal?: AbortSignal,
) => Promise<ClientResult<Carried<AnswerOf<A>>>>;

export function clientOf(perform: Carry): ZiggieClient {
  const ask = async <A extends Action>(action: A, input: Input<A>): Promise<ClientResult<AnswerOf<A>>> => {
    const carried = await perform(action, input);
    return carried.ok ? { ok: true, value: carried.value.answer } : carried;
  };
  const because = (reason: string | undefined): { reason?: string } => (reason === undefined ? {} : { reason });
  return {
    perform,
    deploy: async (input) => {
      const carried = await perform('deploy', input);
      if (!carried.ok) return carried;
      return { ok: true, value: { record: carried.value.answer, replayed: carried.value.replayed } };
    },
    deployBatch: (input) => ask('deploy_batch', input),
    get: (agent_id) => ask('status', { agent_id }),
    list: (filter = {}) => ask('list', filter),
    tree: (agent_id) => ask('tree', agent_id === undefined ? {} : { agent_id }),
    stop: (agent_id, reason) => ask('stop', { agent_id, ...because(reason) }),
    pause: (agent_id, reason) => ask('pause', { agent_id, ...because(reason) }),
    resume: (agent_id, reason) => ask('resume', { agent_id, ...because(reason) }),
    restart: (agent_id, options = {}) => ask('restart', { agent_id, ...options }),
    message: (agent_id, text) => ask('message', { agent_id, text }),
    wait: (input = {}) => ask('wait', input),
    inbox: (input = {}) => ask('inbox', input),
    report: (agent_id, options = {}) => ask('report', { agent_id, ...options }),
    submitReport: (markdown, agent_id) =>
      ask('submit_report', agent_id === undefined ? { markdown } : { markdown, agent_id }),
    plan: (input) => ask('plan', input),
    compliance: (input = {}) => ask('compliance', input),
    queue: () => ask('queue', {}),
    approvals: (filter = {}) => ask('list_approvals', filter),
    decide: (approval_id, decision) => ask('decide_approval', { ...decision, approval_id }),
    reprioritize: (agent_id, priority) => ask('reprioritize', { agent_id, priority }),
    intake: (paused) => ask('intake', { paused }),
  };
}

/** A stop or a pause waits for the grace of the branch, at most 600 seconds, and for the forced end after it. */
const branchTimeoutMs = 660_000;

/** How long an answer may take: the usual, and what the action itself is asked to wait. */
export function patienceFor(action: Action, input: object, usualMs: number): number {
  switch (action) {
    case 'stop':
    case 'pause':
    case 'resume':
    case 'restart':
      return branchTimeoutMs;
    case 'wait':
    case 'inbox':
    case 'request_approval': {
      const asked =
        'timeout' in input && typeof input.timeout === 'number' ? input.timeout : action === 'wait' ? 60 : 0;
      return usualMs + asked * 1000;
    }
    default:
      return usualMs;
  }
}
