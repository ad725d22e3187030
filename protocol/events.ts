/** Every fact is one of these events. The journal holds them; the fleet, state files and screens are folded from them. */
import { z } from 'zod';
import {
  agentSchema,
  doubtSchema,
  endingSchema,
  externalSchema,
  factsSchema,
  identitySchema,
  neverBeganStatusSchema,
  replanSchema,
  stopReasonSchema,
  usageSchema,
} from './agent.ts';
import { approvalSchema, askedSchema } from './approvals.ts';
import { failureSchema } from './failures.ts';
import { daySpentSchema } from './spending.ts';
import { inboxSchema } from './waiting.ts';

const at = z.string();
const acceptance = {
  request_sha256: z.string(),
  facts: factsSchema,
  /** The prompt's text where it is small, so that accepting is one write; null: `runs/<agent_id>/prompt.md` was made durable before. */
  prompt: z.string().nullable(),
};
const ofAgent = { at, agent_id: z.string() };
const doneFields = {
  action: z.enum(['stop', 'pause', 'resume', 'intake', 'submit_report', 'decide_approval']),
  target: z.string().nullable(),
  changed: z.array(z.string()),
};

export const eventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('coordinator_started'),
    at,
    pid: z.number().int(),
    version: z.string(),
    boot_id: z.string().nullable(),
  }),
  z.object({ type: z.literal('coordinator_stopped'), at, reason: z.string() }),
  /** The journal could not be written from `since` on, and can be again. */
  z.object({ type: z.literal('storage_recovered'), at, since: z.string() }),
  /** Ended longer ago than `retention_days`, with all below them: their files go, and their requests are forgotten. */
  z.object({ type: z.literal('agents_forgotten'), at, agent_ids: z.array(z.string()) }),
  /** Refusals older than `retention_days`, and what a `request_done` of that age remembers. */
  z.object({ type: z.literal('requests_forgotten'), at, request_ids: z.array(z.string()) }),
  /** This process did not run for a while (suspended, asleep or overloaded). Nothing is concluded from it; it explains what came late. */
  z.object({ type: z.literal('time_gap'), at, seconds: z.number() }),
  z.object({ type: z.literal('external_seen'), at, agent_id: z.string(), level: z.number().int() }),
  z.object({
    type: z.literal('request_refused'),
    at,
    request_id: z.string(),
    request_sha256: z.string(),
    failure: failureSchema,
  }),
  /**
   * A request that made no agent was carried out: what it changed stands right before it, in the same step. The request is
   * remembered by it. `target`: the agent it named or is about; null: none. `changed`: the agents of the branch that it
   * stopped, paused or resumed.
   */
  z.object({
    type: z.literal('request_done'),
    at,
    request_id: z.string(),
    request_sha256: z.string(),
    by: z.string(),
    ...doneFields,
  }),
  /** The answer file of a request exists; a restart need not write it again. */
  z.object({ type: z.literal('request_answered'), at, request_id: z.string() }),
  z.object({ type: z.literal('agent_accepted'), at, ...acceptance }),
  /**
   * Several agents of one request, all or none: one event is one line of the journal, which a crash cannot cut in two.
   * `acceptances(event)` gives them one by one.
   */
  z.object({
    type: z.literal('batch_accepted'),
    at,
    request_id: z.string(),
    request_sha256: z.string(),
    /** Those that the request started; in the order of the request. */
    accepted: z.array(z.object(acceptance)),
    /** All that the request named, those that were there before included; in its order. */
    agent_ids: z.array(z.string()),
    door: factsSchema.shape.door,
  }),
  z.object({ type: z.literal('agent_waiting'), ...ofAgent, reason: z.string() }),
  z.object({
    type: z.literal('agent_starting'),
    ...ofAgent,
    attempt: z.number().int(),
    nonce: z.string(),
    token_sha256: z.string(),
    log_from: z.number().int().optional(),
  }),
  z.object({ type: z.literal('agent_started'), ...ofAgent, attempt: z.number().int(), identity: identitySchema }),
  z.object({ type: z.literal('agent_usage'), ...ofAgent, usage: usageSchema }),
  z.object({
    type: z.literal('agent_stopping'),
    ...ofAgent,
    by: z.string(),
    reason: stopReasonSchema,
    detail: z.string().optional(),
  }),
  /**
   * It is to be frozen (what runs), or not to be started (what waits). Its processes are frozen after this is durable.
   * `ran_seconds`: how long the attempt has run so far, pauses not counted; 0 where nothing runs.
   */
  z.object({
    type: z.literal('agent_paused'),
    ...ofAgent,
    by: z.string(),
    reason: z.string().nullable(),
    ran_seconds: z.number().min(0),
  }),
  /** It may go on, or be started; its processes are thawed after this is durable. */
  z.object({ type: z.literal('agent_resumed'), ...ofAgent, by: z.string() }),
  /** Something is not as it should be about its process, or, null, is again. */
  z.object({ type: z.literal('agent_doubted'), ...ofAgent, doubt: doubtSchema.nullable() }),
  /** An attempt failed, and a restart was asked for: the next one is due at `until`. */
  z.object({
    type: z.literal('agent_restarting'),
    ...ofAgent,
    attempt: z.number().int(),
    ending: endingSchema,
    until: z.string(),
    reason: z.string(),
    /** Attempts that failed since the last good run, this one included. */
    failures: z.number().int(),
  }),
  /**
   * These had ended, and are to run once more as their next attempts. One event for all that a request restarts, so that
   * it has happened as a whole or not at all; the request is remembered by it.
   */
  z.object({
    type: z.literal('agents_requeued'),
    at,
    agent_ids: z.array(z.string()),
    by: z.string(),
    reason: z.string().nullable(),
    request_id: z.string(),
    request_sha256: z.string(),
  }),
  /** While it waited it was given another place in the queue; the request is remembered by it. */
  z.object({
    type: z.literal('agent_reprioritized'),
    ...ofAgent,
    priority: z.number().int().min(0).max(9),
    by: z.string(),
    request_id: z.string(),
    request_sha256: z.string(),
  }),
  /** Told once for each agent: measured, it does more of its group's work than one should. */
  z.object({ type: z.literal('replan_suggested'), ...ofAgent, ...replanSchema.omit({ at: true }).shape }),
  z.object({ type: z.literal('agent_ended'), ...ofAgent, attempt: z.number().int(), ending: endingSchema }),
  /** A parent has worked on its messages up to that place in the journal; `agent_id` is the parent, ours or outside. */
  z.object({ type: z.literal('inbox_acknowledged'), at, agent_id: z.string(), up_to: z.number().int() }),
  z.object({ type: z.literal('agent_never_began'), ...ofAgent, as: neverBeganStatusSchema, failure: failureSchema }),
  /** It asks before it uses a tool. `granted_by`: it need not wait, its branch was allowed the tool by that approval. */
  z.object({ type: z.literal('approval_requested'), at, ...askedSchema.shape, granted_by: z.string().optional() }),
  z.object({
    type: z.literal('approval_decided'),
    ...ofAgent,
    approval_id: z.string(),
    outcome: z.enum(['allowed', 'denied', 'expired']),
    by: z.string(),
    message: z.string().nullable(),
    branch: z.boolean(),
    request_id: z.string().nullable(),
  }),
]);
export type ZiggieEvent = z.infer<typeof eventSchema>;
export type EventOf<T extends ZiggieEvent['type']> = Extract<ZiggieEvent, { type: T }>;

/** The agents that an event accepts: one, those of a batch, or none. */
export function acceptances(event: ZiggieEvent): readonly EventOf<'agent_accepted'>[] {
  if (event.type === 'agent_accepted') return [event];
  if (event.type !== 'batch_accepted') return [];
  return event.accepted.map((one) => ({ type: 'agent_accepted', at: event.at, ...one }));
}

/** An event with its place in the journal: strictly one more than the one before. */
export const sequencedSchema = z.object({ seq: z.number().int().positive(), event: eventSchema });
export type Sequenced = z.infer<typeof sequencedSchema>;

/** What is known of a request_id: the agent or the batch it became, what it did to others, or why it was refused. */
export const requestRecordSchema = z.object({
  sha256: z.string(),
  agent_id: z.string().nullable(),
  /** Of a batch: its agents, in the order of the request. */
  batch: z.object({ agent_ids: z.array(z.string()), door: factsSchema.shape.door }).optional(),
  /** Set for a request that restarted agents; `agent_id` is null then. */
  restarted: z.array(z.string()).optional(),
  /** Set for a request that was carried out and is none of the above; `agent_id` is null then. */
  done: z.object(doneFields).optional(),
  /** Set for a request that gave an agent another priority: that agent; `agent_id` is null then. */
  reprioritized: z.string().optional(),
  failure: failureSchema.nullable(),
  answered: z.boolean(),
  /** When it was accepted or refused; ISO 8601 UTC. */
  at: z.string(),
});
export type RequestRecord = z.infer<typeof requestRecordSchema>;
export type DoneRequest = NonNullable<RequestRecord['done']>;

/** A fleet as plain JSON: the snapshot on disk and the first message of a socket. */
export const fleetSnapshotSchema = z.object({
  seq: z.number().int(),
  /** How many agents were ever accepted, those that are forgotten included. */
  accepted: z.number().int(),
  agents: z.array(agentSchema),
  externals: z.array(externalSchema),
  requests: z.array(z.tuple([z.string(), requestRecordSchema])),
  inboxes: z.array(z.tuple([z.string(), inboxSchema])).default([]),
  /** What the whole root spent on its last day; absent: nothing that is known. */
  day: daySpentSchema.optional(),
  approvals: z.array(approvalSchema).default([]),
});
export type FleetSnapshot = z.infer<typeof fleetSnapshotSchema>;
