/** Events from one place in the journal on, as an answer: `GET /api/coordinator/events`. */
import { z } from 'zod';
import { sequencedSchema } from './events.ts';

/** Oldest first, only what the caller may see. Prompts, hashes of tokens and marks of runs are left empty. */
export const eventPageSchema = z.object({
  events: z.array(sequencedSchema),
  /** `since` of the next call. */
  next_since: z.number().int(),
  /** The newest durable event of all, whoever may see it. */
  last_seq: z.number().int(),
  /** False: more may lie behind `next_since` already; ask on. */
  is_complete: z.boolean(),
  /** True: what lay behind `since` is kept no longer (it was compacted); read the agents anew. */
  is_gap: z.boolean(),
});
export type EventPage = z.infer<typeof eventPageSchema>;
