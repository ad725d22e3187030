/** The combined report of a tree: who worked for whom, how long, for how much, and whose completion report is in. */
import { z } from 'zod';
import { scoredFields } from './compliance.ts';
import { reportProblemSchema, statusSchema, tokensSchema } from './agent.ts';

/**
 * - `in`: there, without problems. `problems`: there, and not as it should be.
 * - `missing`: its agent has ended without one. `due`: its agent has not ended yet.
 * - `not_required`: none was asked for. `never_began`: its agent was refused, cancelled or expired, and did no work to tell of.
 */
export const reportStateSchema = z.enum(['in', 'problems', 'missing', 'due', 'not_required', 'never_began']);
export type ReportState = z.infer<typeof reportStateSchema>;

/** Seconds, US dollars; null is unknown. Shares are fractions of 1. */
export const treeReportRowSchema = z.object({
  agent_id: z.string(),
  /** null: a parent outside, which this coordinator did not start and of which it knows no more than its place. */
  status: statusSchema.nullable(),
  status_reason: z.string(),
  name: z.string().nullable(),
  agent_type: z.string().nullable(),
  level: z.number().int(),
  /** Steps below the top of this report, which is 0. */
  depth: z.number().int(),
  parent_agent: z.string().nullable(),
  runtime: z.string().nullable(),
  model: z.string().nullable(),
  attempt: z.number().int(),
  deployed_at: z.string().nullable(),
  started_at: z.string().nullable(),
  completed_at: z.string().nullable(),
  /** From acceptance to the first start; null: it has not started, or a later attempt hides when the first began. */
  queue_seconds: z.number().nullable(),
  /** Of its last attempt, pauses not counted; so far, where it still runs. */
  execution_seconds: z.number().nullable(),
  /** Whom it shares its work with: siblings with the same words here; null: nobody. */
  group: z.string().nullable(),
  /** Its part of the estimated work of its group, and of the measured work, as in its record (`balance`, `actual_workload`). */
  estimated_share: z.number().nullable(),
  measured_share: z.number().nullable(),
  /** Of its group, 0 to 100; null for fewer than three. */
  load_balance_score: z.number().nullable(),
  tokens: tokensSchema.nullable(),
  cost_usd: z.number().nullable(),
  /** It claims success, and nothing shows that it worked. */
  unproven: z.boolean(),
  report: z.object({
    state: reportStateSchema,
    path: z.string().nullable(),
    /** What its section "Summary" says, as one line of at most 400 characters; null: there is none. */
    summary: z.string().nullable(),
    problems: z.array(reportProblemSchema),
  }),
});
export type TreeReportRow = z.infer<typeof treeReportRowSchema>;

/** Of every agent of the tree, the top included. */
export const reportRollUpSchema = z.object({
  /** How many reports must be in at the end. Agents that never began owe none. */
  required: z.number().int(),
  /** Of these, how many are there, with or without problems. */
  in: z.number().int(),
  /** How many are not there, those of agents that have not ended included. */
  missing: z.number().int(),
  with_problems: z.number().int(),
  /** Every agent has ended, and every required report is in and without problems. */
  complete: z.boolean(),
});
export type ReportRollUp = z.infer<typeof reportRollUpSchema>;

export const treeReportSchema = z.object({
  agent_id: z.string(),
  generated_at: z.string(),
  /** Of the agents below the top only, so that the top itself can ask whether it may end. */
  gate: z.object({
    complete: z.boolean(),
    /** Whom it waits for, or whose report is not as it should be. */
    open: z.array(z.object({ agent_id: z.string(), name: z.string().nullable(), why: z.string() })),
  }),
  reports: reportRollUpSchema,
  totals: z.object({
    agents: z.number().int(),
    ended: z.number().int(),
    by_status: z.record(z.string(), z.number().int()),
    /** From the first acceptance to the last end, or until now where somebody still works. */
    elapsed_seconds: z.number().nullable(),
    /** Sums over the agents of which it is known. */
    queue_seconds: z.number(),
    execution_seconds: z.number(),
    tokens: tokensSchema.nullable(),
    cost_usd: z.number().nullable(),
    /** How many agents told no cost: the sum is without theirs. */
    cost_unknown: z.number().int(),
  }),
  /** The Protocol v1.2 score of the whole tree. */
  compliance: z.object(scoredFields),
  /** The top first, then each child with all below it, in the order they were deployed. */
  agents: z.array(treeReportRowSchema),
  /** The same for people. */
  markdown: z.string(),
});
export type TreeReport = z.infer<typeof treeReportSchema>;
