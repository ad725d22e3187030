/** What every request carries, whatever its action and its door. */
import { z } from 'zod';
import { agentIdSchema, displayNameSchema, requestIdSchema } from './names.ts';

export const nullableDefault = <T extends z.ZodType>(schema: T) => schema.nullable().default(null);

export const envelope = {
  /** The key of idempotency: the same id again, with the same body, gets the same answer and changes nothing. */
  request_id: requestIdSchema,
  timestamp: nullableDefault(z.string().max(64)),
  /** The caller's token where the door has no header for it. Never stored, never shown. */
  token: nullableDefault(z.string().max(256)),
};

/** One agent as the target of a verb or a question. */
export const target = { ...envelope, agent_id: agentIdSchema };

/** Why, in the caller's words; shown to people. */
export const reasonField = nullableDefault(displayNameSchema);
