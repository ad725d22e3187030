/** Event sequences as no coordinator would write them: few ids, every event in any order, ends before beginnings. */
import fc from 'fast-check';
import {
  doubtSchema,
  endSourceSchema,
  endStatusSchema,
  neverBeganStatusSchema,
  unknownUsage,
} from '../../../protocol/agent.ts';
import { acceptances, type Sequenced, type ZiggieEvent } from '../../../protocol/events.ts';
import { agentFacts } from '../../rig/agent-facts.ts';

const at = '2025-11-09T14:30:00.000Z';
const failure = { code: 'CANCELLED', message: 'as the test says' } as const;
const agentNumber = fc.integer({ min: 1, max: 3 });
export const agentIdOf = (number: number): string => `agent_20251109_143000_${number}`;
const agent_id = agentNumber.map(agentIdOf);
const approvalNumber = fc.integer({ min: 1, max: 4 });
const attempt = fc.integer({ min: 1, max: 3 });

const accepted = fc
  .record({ ordinal: agentNumber, parent: fc.option(fc.integer({ min: 0, max: 2 })), request: agentNumber })
  .map(({ ordinal, parent, request }): ZiggieEvent => {
    // A parent is older than its child, as every door makes sure; 0 is one from outside.
    const parent_agent =
      parent === null || parent >= ordinal ? null : parent === 0 ? 'overwatch_001' : agentIdOf(parent);
    const facts = agentFacts({
      agent_id: agentIdOf(ordinal),
      ordinal,
      parent_agent,
      request_id: `request_${request}`,
    });
    return { type: 'agent_accepted', at, request_sha256: 'f'.repeat(64), facts, prompt: null };
  });

/** Two agents of one batch, or one that was there before. */
const batch = fc
  .record({ request: agentNumber, accepted: fc.array(accepted, { maxLength: 2 }) })
  .map(({ request, accepted: events }): ZiggieEvent => ({
    type: 'batch_accepted',
    at,
    request_id: `batch_${request}`,
    request_sha256: 'c'.repeat(64),
    accepted: events
      .flatMap((one) => acceptances(one))
      .map(({ facts, prompt, request_sha256 }) => ({ facts, prompt, request_sha256 })),
    agent_ids: [agentIdOf(request), ...events.flatMap((one) => acceptances(one).map(({ facts }) => facts.agent_id))],
    door: 'file',
  }));

const ending = fc
  .record({ status: fc.constantFrom(...endStatusSchema.options), source: fc.constantFrom(...endSourceSchema.options) })
  .map(({ status, source }) => ({
    status,
    source,
    status_reason: 'as the test says',
    exit_code: null,
    signal: null,
    completed_at: at,
    execution_time_seconds: 1,
    report_exists: false,
    report_problems: [],
    stop_steps: [],
    survivors: [],
    reaped: 0,
  }));

const event: fc.Arbitrary<ZiggieEvent> = fc.oneof(
  { weight: 4, arbitrary: accepted },
  batch,
  fc
    .record({
      agent_id: fc.constantFrom('overwatch_001', agentIdOf(1), agentIdOf(2)),
      up_to: fc.integer({ min: 0, max: 80 }),
    })
    .map((own): ZiggieEvent => ({ type: 'inbox_acknowledged', at, ...own })),
  fc.constant<ZiggieEvent>({ type: 'coordinator_started', at, pid: 1, version: '1', boot_id: null }),
  fc.constant<ZiggieEvent>({ type: 'coordinator_stopped', at, reason: 'SIGTERM' }),
  fc.constant<ZiggieEvent>({ type: 'storage_recovered', at, since: at }),
  agent_id.map((id): ZiggieEvent => ({ type: 'agents_forgotten', at, agent_ids: [id] })),
  agentNumber.map((n): ZiggieEvent => ({ type: 'requests_forgotten', at, request_ids: [`request_${n}`] })),
  fc.constant<ZiggieEvent>({ type: 'time_gap', at, seconds: 60 }),
  fc.constant<ZiggieEvent>({ type: 'external_seen', at, agent_id: 'overwatch_001', level: 1 }),
  agentNumber.map((n): ZiggieEvent => ({
    type: 'request_refused',
    at,
    request_id: `request_${n}`,
    request_sha256: 'a'.repeat(64),
    failure,
  })),
  fc
    .record({ target: fc.option(agent_id), request: fc.integer({ min: 1, max: 5 }) })
    .map(({ target, request }): ZiggieEvent => ({
      type: 'request_done',
      at,
      request_id: `done_${request}`,
      request_sha256: 'e'.repeat(64),
      by: 'operator',
      action: target === null ? 'intake' : 'pause',
      target,
      changed: target === null ? [] : [target],
    })),
  agentNumber.map((n): ZiggieEvent => ({ type: 'request_answered', at, request_id: `request_${n}` })),
  agent_id.map((id): ZiggieEvent => ({ type: 'agent_waiting', at, agent_id: id, reason: 'waiting' })),
  fc.record({ agent_id, attempt }).map((own): ZiggieEvent => ({
    type: 'agent_starting',
    at,
    nonce: 'nonce',
    token_sha256: 'b'.repeat(64),
    ...own,
  })),
  fc.record({ agent_id, attempt, pid: fc.integer({ min: 2, max: 99 }) }).map(({ pid, ...own }): ZiggieEvent => ({
    type: 'agent_started',
    at,
    identity: { pid, start_time: '1', boot_id: 'boot' },
    ...own,
  })),
  fc.record({ agent_id, cost_usd: fc.integer({ min: 0, max: 9 }) }).map(({ agent_id: id, cost_usd }): ZiggieEvent => ({
    type: 'agent_usage',
    at,
    agent_id: id,
    usage: { ...unknownUsage, cost_usd },
  })),
  fc.record({ agent_id, ran_seconds: fc.nat(99) }).map((own): ZiggieEvent => ({
    type: 'agent_paused',
    at,
    by: 'operator',
    reason: null,
    ...own,
  })),
  agent_id.map((id): ZiggieEvent => ({ type: 'agent_resumed', at, agent_id: id, by: 'operator' })),
  fc
    .record({ agent_ids: fc.array(agent_id, { minLength: 1, maxLength: 3 }), request: fc.integer({ min: 1, max: 5 }) })
    .map(({ agent_ids, request }): ZiggieEvent => ({
      type: 'agents_requeued',
      at,
      agent_ids,
      by: 'operator',
      reason: null,
      request_id: `request_${request}`,
      request_sha256: 'c'.repeat(64),
    })),
  fc
    .record({ agent_id, priority: fc.nat(9), request: fc.integer({ min: 1, max: 5 }) })
    .map(({ request, ...own }): ZiggieEvent => ({
      type: 'agent_reprioritized',
      at,
      by: 'operator',
      request_id: `move_${request}`,
      request_sha256: 'd'.repeat(64),
      ...own,
    })),
  agent_id.map((id): ZiggieEvent => ({ type: 'agent_stopping', at, agent_id: id, by: 'operator', reason: 'stop' })),
  fc.record({ agent_id, doubt: fc.constantFrom(...doubtSchema.options, null) }).map((own): ZiggieEvent => ({
    type: 'agent_doubted',
    at,
    ...own,
  })),
  agent_id.map((id): ZiggieEvent => ({
    type: 'replan_suggested',
    at,
    agent_id: id,
    share: 0.5,
    basis: 'seconds',
    suggestion: 'as the test says',
  })),
  fc.record({ agent_id, attempt, ending }).map((own): ZiggieEvent => ({ type: 'agent_ended', at, ...own })),
  fc.record({ agent_id, attempt, ending, failures: attempt }).map((own): ZiggieEvent => ({
    type: 'agent_restarting',
    at,
    until: at,
    reason: 'as the test says',
    ...own,
  })),
  fc
    .record({ agent_id, number: approvalNumber, granted: fc.boolean() })
    .map(({ agent_id: id, number, granted }): ZiggieEvent => ({
      type: 'approval_requested',
      at,
      agent_id: id,
      approval_id: `apr_00000000000${number}`,
      tool_use_id: `toolu_${number}`,
      tool: `Tool${number % 2}`,
      input: '{}',
      input_bytes: 2,
      input_sha256: 'd'.repeat(64),
      expires_at: at,
      ...(granted ? { granted_by: 'apr_000000000009' } : {}),
    })),
  fc
    .record({
      agent_id,
      number: approvalNumber,
      outcome: fc.constantFrom('allowed', 'denied', 'expired'),
      branch: fc.boolean(),
    })
    .map(({ agent_id: id, number, outcome, branch }): ZiggieEvent => ({
      type: 'approval_decided',
      at,
      agent_id: id,
      approval_id: `apr_00000000000${number}`,
      outcome,
      by: 'operator',
      message: null,
      branch,
      request_id: null,
    })),
  fc
    .record({ agent_id, as: fc.constantFrom(...neverBeganStatusSchema.options) })
    .map((own): ZiggieEvent => ({ type: 'agent_never_began', at, failure, ...own })),
);

export const anyEvents: fc.Arbitrary<Sequenced[]> = fc
  .array(event, { maxLength: 80, size: 'max' })
  .map((events) => events.map((one, index) => ({ seq: index + 1, event: one })));
