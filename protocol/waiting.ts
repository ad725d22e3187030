/** Being woken: waiting for agents to end, and a parent's durable list of what its children need it to know. */
import { z } from 'zod';
import { statusSchema } from './agent.ts';
import { envelope, nullableDefault } from './envelope.ts';
import { agentIdSchema } from './names.ts';
import { agentRecordSchema } from './record.ts';

/** The longest that one call waits, seconds; a caller that wants longer calls again. */
export const longestWaitSeconds = 3600;
const waitSeconds = z.number().min(0).max(longestWaitSeconds);

/** Answers when any or all of the agents have ended, or when `timeout` seconds are over, which is no failure. */
export const waitRequestSchema = z.looseObject({
  ...envelope,
  action: z.literal('wait'),
  /** null: all children of `parent_agent`. */
  agent_ids: nullableDefault(z.array(agentIdSchema).min(1).max(1000)),
  /** null: the caller, where it is an agent. */
  parent_agent: nullableDefault(agentIdSchema),
  mode: z.enum(['any', 'all']).default('all'),
  timeout: waitSeconds.default(60),
});
export type WaitRequest = z.infer<typeof waitRequestSchema>;

export const waitAnswerSchema = z.object({
  /** False: the time was over first. */
  done: z.boolean(),
  ended: z.array(agentRecordSchema),
  pending: z.array(z.string()),
});
export type WaitAnswer = z.infer<typeof waitAnswerSchema>;

/** One thing that a parent must learn of a child. `seq` is its place in the journal and never changes. */
export const inboxMessageSchema = z.object({
  seq: z.number().int().positive(),
  at: z.string(),
  type: z.enum(['child_ended', 'child_needs_you']),
  /** The child. */
  agent_id: z.string(),
  status: statusSchema,
  reason: z.string(),
});
export type InboxMessage = z.infer<typeof inboxMessageSchema>;

export const inboxSchema = z.object({
  /** Messages up to here were taken note of; they are gone. */
  acknowledged: z.number().int(),
  messages: z.array(inboxMessageSchema),
});
export type Inbox = z.infer<typeof inboxSchema>;

/**
 * A parent's messages after `acknowledge`, oldest first. They stay until a later call acknowledges them, also across a
 * restart of either side: a reader that acknowledges what it has worked on sees each exactly once.
 */
export const inboxRequestSchema = z.looseObject({
  ...envelope,
  action: z.literal('inbox'),
  /** Whose; null: the caller's own, where it is an agent. */
  agent_id: nullableDefault(agentIdSchema),
  /** `seq` of the last message that was worked on; null acknowledges none. */
  acknowledge: nullableDefault(z.number().int().min(0)),
  /** Seconds to wait for a message when there is none. */
  timeout: waitSeconds.default(0),
  limit: z.number().int().min(1).max(1000).default(100),
});
export type InboxRequest = z.infer<typeof inboxRequestSchema>;

export const inboxAnswerSchema = z.object({
  agent_id: z.string(),
  acknowledged: z.number().int(),
  messages: z.array(inboxMessageSchema),
  /** More are waiting behind these. */
  has_more: z.boolean(),
});
export type InboxAnswer = z.infer<typeof inboxAnswerSchema>;
