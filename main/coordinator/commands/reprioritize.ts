/** reprioritize: another place in the queue for an agent that waits. The same request_id again moves nothing. */
import { type Agent, isWaiting, statusOf } from '../../../protocol/agent.ts';
import type { RequestRecord } from '../../../protocol/events.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import type { ReprioritizeRequest } from '../../../protocol/queue.ts';
import type { AgentRecord, RecordOf } from '../../../protocol/record.ts';
import type { Scheduler } from '../admission/scheduler.ts';
import type { Clock } from '../clock.ts';
import type { Performed, Principal } from '../facade.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { stateWords } from './branch-answer.ts';
import { usedBefore } from './repeats.ts';
import { requestHash } from './request-hash.ts';
import { callerName, reach } from './rights.ts';

export interface ReprioritizeDeps {
  readonly ledger: Ledger;
  readonly scheduler: Pick<Scheduler, 'reprioritize'>;
  readonly clock: Clock;
  readonly record: RecordOf;
}

/**
 * Answers when it is durable. WRONG_STATE when the agent does not wait; DUPLICATE_REQUEST_MISMATCH as everywhere. Rejects
 * when the disk refuses.
 */
export async function reprioritize(
  { ledger, scheduler, clock, record }: ReprioritizeDeps,
  request: ReprioritizeRequest,
  by: Principal,
): Promise<Result<Performed<AgentRecord>>> {
  const { agent_id, priority, request_id } = request;
  const found = reach(ledger.pending, by, agent_id);
  if (!found.ok) return found;
  const request_sha256 = requestHash(request);
  const seen = ledger.pending.requests.get(request_id);
  const present = (): AgentRecord => record(ledger.current.agents.get(agent_id) ?? found.value);
  if (seen !== undefined) {
    if (!isSame(seen, request_sha256)) return usedBefore(request_id);
    // Taken a moment ago, perhaps not durable yet: where the disk refuses, both are refused.
    if (!ledger.current.requests.has(request_id)) await ledger.whenDurable();
    return ok({ answer: present(), replayed: true });
  }
  if (!isWaiting(found.value)) return wrongState(found.value);
  const at = clock.now();
  await ledger.commit([
    { type: 'agent_reprioritized', at, agent_id, priority, by: callerName(by), request_id, request_sha256 },
  ]);
  scheduler.reprioritize(agent_id);
  return ok({ answer: present(), replayed: false });
}

const isSame = (seen: RequestRecord, hash: string): boolean => seen.sha256 === hash && seen.reprioritized !== undefined;

function wrongState(agent: Agent): Result<never> {
  const { agent_id } = agent.facts;
  return fail(
    'WRONG_STATE',
    `${agent_id} cannot be given another priority, ${stateWords(agent)}. Only what waits in the queue or for its next attempt has one that counts.`,
    { agent_id, status: statusOf(agent) },
  );
}
