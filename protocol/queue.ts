/**
 * `queue`: who waits for a slot, in the order in which they start, and for what. `reprioritize`: moves one of them.
 * `intake`: whether anything is started at all.
 */
import { z } from 'zod';
import { envelope, target } from './envelope.ts';

export const queueRequestSchema = z.looseObject({ ...envelope, action: z.literal('queue') });
export type QueueRequest = z.infer<typeof queueRequestSchema>;

/** Operator only. It is kept in config.json, so it outlives a restart. */
export const intakeRequestSchema = z.looseObject({
  ...envelope,
  action: z.literal('intake'),
  paused: z.boolean(),
});
export type IntakeRequest = z.infer<typeof intakeRequestSchema>;

/** Another place in the queue for one that waits, also for its next attempt. WRONG_STATE for all others. */
export const reprioritizeRequestSchema = z.looseObject({
  ...target,
  action: z.literal('reprioritize'),
  /** 0 is first, 9 last. */
  priority: z.number().int().min(0).max(9),
});
export type ReprioritizeRequest = z.infer<typeof reprioritizeRequestSchema>;

export const waitingAgentSchema = z.object({
  agent_id: z.string(),
  parent_agent: z.string().nullable(),
  agent_type: z.string(),
  level: z.number().int(),
  runtime: z.string(),
  /** 0 is first. */
  priority: z.number().int(),
  /** 1 is the next of all; those before it may have to wait for other things than this one. */
  position: z.number().int(),
  /** For what it waits just now. */
  reason: z.string(),
  queued_at: z.string(),
  /** When it gives up (config.timeout); null: never. */
  expires_at: z.string().nullable(),
});
export type WaitingAgent = z.infer<typeof waitingAgentSchema>;

/** A limit beside `max_running`, and how much of it is taken. */
export const limitInUseSchema = z.object({
  /** `reserved_per_level`: of all slots, those that a level and above may hold; the others are kept for the levels below. */
  setting: z.enum(['reserved_per_level', 'max_running_per_level', 'max_running_per_runtime', 'max_running_per_parent']),
  /** The level, the runtime, or the id of the parent. */
  of: z.string(),
  running: z.number().int(),
  limit: z.number().int(),
});
export type LimitInUse = z.infer<typeof limitInUseSchema>;

export const queueAnswerSchema = z.object({
  intake_paused: z.boolean(),
  /** Slots that are taken. Parents that wait for their children have lent theirs. */
  running: z.number().int(),
  /** Slots that parents which wait for their children have lent, and do not count in `running`. */
  lent: z.number().int().default(0),
  max_running: z.number().int(),
  /** MB of 1,048,576 bytes; null: the system does not tell. Below `min_free_memory_mb` nothing is started. */
  free_memory_mb: z.number().int().nullable(),
  min_free_memory_mb: z.number().int(),
  /** What is kept for levels below, all that are set by level and runtime, and the parents whose children fill theirs. Empty for an agent that asks. */
  limits: z.array(limitInUseSchema),
  /** How many wait in all; an agent sees of them itself and those below it. */
  total: z.number().int(),
  waiting: z.array(waitingAgentSchema),
});
export type QueueAnswer = z.infer<typeof queueAnswerSchema>;
