/** Dividing work: tasks with weights among workers, so that the largest share is as small as it can be. */
import { z } from 'zod';
import { envelope } from './envelope.ts';

export const planRequestSchema = z.looseObject({
  ...envelope,
  action: z.literal('plan'),
  tasks: z
    .array(z.looseObject({ id: z.string().min(1).max(128), weight: z.number().positive().max(1e9) }))
    .min(1)
    .max(1000)
    .refine((tasks) => new Set(tasks.map(({ id }) => id)).size === tasks.length, 'every task needs an id of its own'),
  workers: z.number().int().min(1).max(100),
});
export type PlanRequest = z.infer<typeof planRequestSchema>;

/** Shares are fractions of 1. */
export const planAnswerSchema = z.object({
  /** Numbered from 1 in order of falling share; workers that get nothing are in it. */
  workers: z.array(
    z.object({ worker: z.number().int(), tasks: z.array(z.string()), weight: z.number(), share: z.number() }),
  ),
  max_share: z.number(),
  /** Largest by smallest share; null when somebody gets nothing. */
  ratio: z.number().nullable(),
  /** 0 to 100; null for fewer than three workers. */
  load_balance_score: z.number().nullable(),
  /** Whether the balance rules are kept. */
  is_balanced: z.boolean(),
  /** True: no assignment of these tasks has a smaller largest share. */
  is_optimal: z.boolean(),
  /** Not empty only where no assignment of these tasks keeps the rules: what to split, and sizes of parts that can keep them. */
  split: z.array(z.object({ task: z.string(), parts: z.number().int(), weights: z.array(z.number()) })),
  /** The same in one sentence each. */
  advice: z.array(z.string()),
});
export type PlanAnswer = z.infer<typeof planAnswerSchema>;
