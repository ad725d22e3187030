/** Requests that only look, and their answers. */
import { z } from 'zod';
import { statusSchema } from './agent.ts';
import { envelope, nullableDefault, target } from './envelope.ts';
import { agentIdSchema } from './names.ts';
import { type AgentRecord, agentRecordSchema } from './record.ts';
import { treeReportSchema } from './tree-report.ts';

export const statusRequestSchema = z.looseObject({ ...target, action: z.literal('status') });
export type StatusRequest = z.infer<typeof statusRequestSchema>;

/** Filters are joined by "and"; all null lists all that the caller may see, oldest first. */
export const listRequestSchema = z.looseObject({
  ...envelope,
  action: z.literal('list'),
  /** Its direct children only. */
  parent_agent: nullableDefault(agentIdSchema),
  status: nullableDefault(statusSchema),
  level: nullableDefault(z.number().int().min(0).max(99)),
  /** At most so many; null is all. */
  limit: nullableDefault(z.number().int().min(1).max(10_000)),
  /** `next_cursor` of the answer before. */
  cursor: nullableDefault(z.string().max(64)),
});
export type ListRequest = z.infer<typeof listRequestSchema>;

export const agentListSchema = z.object({
  /** How many match, on all pages together. */
  total: z.number().int(),
  agents: z.array(agentRecordSchema),
  /** null: this is the last page. */
  next_cursor: z.string().nullable().default(null),
});
export type AgentList = z.infer<typeof agentListSchema>;

/** The branch below an agent, or with null all that the caller may see. */
export const treeRequestSchema = z.looseObject({
  ...envelope,
  action: z.literal('tree'),
  agent_id: nullableDefault(agentIdSchema),
});
export type TreeRequest = z.infer<typeof treeRequestSchema>;

/** `agent` is null for an outside parent, which has a place in the tree and no process of ours. */
export interface TreeNode {
  readonly agent_id: string;
  readonly level: number;
  readonly agent: AgentRecord | null;
  readonly children: readonly TreeNode[];
}
export const treeNodeSchema: z.ZodType<TreeNode> = z.object({
  agent_id: z.string(),
  level: z.number().int(),
  agent: agentRecordSchema.nullable(),
  children: z.lazy(() => z.array(treeNodeSchema)),
});
export const treeAnswerSchema = z.object({ roots: z.array(treeNodeSchema) });
export type TreeAnswer = z.infer<typeof treeAnswerSchema>;

/** With `tree`, the combined report of the agent and all below it comes along; then the agent may be an outside parent, too. */
export const reportRequestSchema = z.looseObject({
  ...target,
  action: z.literal('report'),
  tree: z.boolean().default(false),
});
export type ReportRequest = z.infer<typeof reportRequestSchema>;

export const reportAnswerSchema = z.object({
  agent_id: z.string(),
  completion_report: z.string(),
  exists: z.boolean(),
  markdown: z.string().nullable(),
  report_problems: agentRecordSchema.shape.report_problems,
  /** Only where it was asked for. */
  tree: treeReportSchema.optional(),
});
export type ReportAnswer = z.infer<typeof reportAnswerSchema>;
