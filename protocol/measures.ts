/** What is measured and counted: samples of one agent's process tree, and figures of many agents. */
import { z } from 'zod';
import { tokensSchema } from './agent.ts';

/** Of a whole process tree at one moment; null is unknown and stays a gap. */
export const sampleSchema = z.object({
  at: z.string(),
  /** Of one core, since the sample before. */
  cpu_percent: z.number().nullable(),
  /** MB of 1,048,576 bytes. */
  memory_mb: z.number().nullable(),
  processes: z.number().int().nullable(),
});
export type AgentSample = z.infer<typeof sampleSchema>;

/** Of the run that is going on, else of the last one that this coordinator watched; oldest first, the last minutes only. */
export const samplesAnswerSchema = z.object({
  agent_id: z.string(),
  samples: z.array(sampleSchema),
  cpu_percent_avg: z.number().nullable(),
  memory_mb_peak: z.number().nullable(),
});
export type SamplesAnswer = z.infer<typeof samplesAnswerSchema>;

/** Seconds; null where there is nothing to count. */
export const spreadSchema = z.object({
  count: z.number().int(),
  average: z.number().nullable(),
  median: z.number().nullable(),
  p95: z.number().nullable(),
});
export type Spread = z.infer<typeof spreadSchema>;

const countsSchema = z.record(z.string(), z.number().int());

/** Of all agents that the caller may see and that are not forgotten. */
export const metricsSchema = z.object({
  total: z.number().int(),
  by_status: countsSchema,
  by_level: countsSchema,
  by_runtime: countsSchema,
  times: z.array(
    z.object({
      agent_type: z.string(),
      model: z.string().nullable(),
      agents: z.number().int(),
      /** From start to end, of those that have ended. */
      execution_seconds: spreadSchema,
      /** From acceptance to the first start, of those that have started. */
      queue_seconds: spreadSchema,
    }),
  ),
  /** Of those whose runtime tells; null: none did. */
  tokens: tokensSchema.nullable(),
  cost_usd: z.number().nullable(),
  /** Groups of two and more, the newest first, at most 200. Shares are fractions of 1; null is unknown. */
  groups: z
    .array(
      z.object({
        parent_agent: z.string().nullable(),
        group: z.string(),
        size: z.number().int().nullable(),
        agents: z.number().int(),
        living: z.number().int(),
        max_share: z.number().nullable(),
        ratio: z.number().nullable(),
        load_balance_score: z.number().nullable(),
        is_balanced: z.boolean().nullable(),
        /** How many were accepted although the rules of balance were not kept. */
        flagged: z.number().int(),
        /** The largest share as measured so far. */
        actual_max_share: z.number().nullable(),
        actual_basis: z.enum(['seconds', 'tokens']).nullable(),
      }),
    )
    .default([]),
});
export type Metrics = z.infer<typeof metricsSchema>;

/** How far back a history goes, and how long one of its buckets is. */
export const historyRanges = {
  '5m': { bucketSeconds: 2, buckets: 150 },
  '1h': { bucketSeconds: 20, buckets: 180 },
  '24h': { bucketSeconds: 300, buckets: 288 },
} as const;
export const historyRangeSchema = z.enum(['5m', '1h', '24h']);
export type HistoryRange = z.infer<typeof historyRangeSchema>;

const column = z.array(z.number().nullable());

/**
 * What one agent used: a value for each bucket from the one at place `first` on, null where nothing was measured. An average
 * is of the time in which it was measured; `covered` is that time as a part of the bucket, so a stack of many adds up
 * average x covered / watched. Where a bucket is one look (5m), `covered` and the peaks are left out.
 */
export const agentHistorySchema = z.object({
  agent_id: z.string(),
  first: z.number().int().min(0),
  /** Percent of one core. */
  cpu_percent: column,
  /** MB of 1,048,576 bytes. */
  memory_mb: column,
  cpu_percent_peak: column.optional(),
  memory_mb_peak: column.optional(),
  covered: z.array(z.number()).optional(),
});
export type AgentHistory = z.infer<typeof agentHistorySchema>;

/** What one agent spent, as it became known: in the buckets at the places `at`, and in no others. */
export const agentSpentSchema = z.object({
  agent_id: z.string(),
  at: z.array(z.number().int().min(0)),
  tokens: z.array(z.number()),
  cost_usd: z.array(z.number()),
});
export type AgentSpent = z.infer<typeof agentSpentSchema>;

/** Of all agents that were asked for, in buckets of equal length, the oldest first. */
export const usageHistorySchema = z.object({
  range: historyRangeSchema,
  /** Where the first bucket begins. */
  from: z.string(),
  bucket_seconds: z.number(),
  buckets: z.number().int(),
  /** For each bucket, the part of it in which the coordinator looked; 0 is a gap, and not "nothing used". */
  watched: z.array(z.number().min(0).max(1)),
  /** Those of which anything was measured. An agent that is long forgotten may be among them. */
  agents: z.array(agentHistorySchema),
  /** By all agents together, as it became known in each bucket; null where not the whole fleet was asked for. */
  spent: z.object({ tokens: z.array(z.number()), cost_usd: z.array(z.number()) }).nullable(),
  /** By each of those that were asked for and spent anything. */
  spent_by: z.array(agentSpentSchema).default([]),
});
export type UsageHistory = z.infer<typeof usageHistorySchema>;
