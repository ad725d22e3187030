/**
 * Approvals: an agent asks before it uses a tool, and the operator decides. `request_approval` is the agent's, and answers
 * the same for the same `tool_use_id` however often it is asked; `decide_approval` is the operator's alone.
 */
import { z } from 'zod';
import { envelope, nullableDefault } from './envelope.ts';
import { agentIdSchema } from './names.ts';

export const approvalIdSchema = z.string().regex(/^apr_[0-9a-f]{12}$/, 'must look like apr_0123456789ab');

/**
 * - `open`: nobody has decided yet; the agent waits.
 * - `expired`: its time was over first, which counts as denied.
 * - `closed`: the agent's run ended, or began to be stopped, first, which counts as denied.
 */
export const approvalStatusSchema = z.enum(['open', 'allowed', 'denied', 'expired', 'closed']);

export const approvalDecisionSchema = z.object({
  at: z.string(),
  /** `operator`; `coordinator` where nobody decided; for what a branch was allowed: the id of that approval. */
  by: z.string(),
  /** What the agent reads; null where it was allowed. */
  message: z.string().nullable(),
  /** The tool was allowed for the agent and all below it from then on. */
  branch: z.boolean(),
  /** The request that decided it; null where none did. */
  request_id: z.string().nullable(),
});
export type ApprovalDecision = z.infer<typeof approvalDecisionSchema>;

const askedFields = {
  approval_id: z.string(),
  agent_id: z.string(),
  /** The runtime's own name of the call. */
  tool_use_id: z.string(),
  tool: z.string(),
  /** JSON text of what the tool is to be called with, tokens hidden; its beginning where it is long. */
  input: z.string(),
  /** Length of the whole input as JSON, bytes. */
  input_bytes: z.number().int(),
  /** Of the whole input: the same call asked again must have the same. */
  input_sha256: z.string(),
  /** From then on it counts as denied; ISO 8601 UTC. */
  expires_at: z.string(),
};
export const askedSchema = z.object(askedFields);

export const approvalSchema = z.object({
  ...askedFields,
  asked_at: z.string(),
  status: approvalStatusSchema,
  /** null while it is open. */
  decided: approvalDecisionSchema.nullable(),
});
export type Approval = z.infer<typeof approvalSchema>;

/** `path`: the agents from the root of the tree down to the one that asks, as far as the caller may see them. */
export const shownApprovalSchema = approvalSchema.extend({
  path: z.array(z.object({ agent_id: z.string(), agent_type: z.string(), name: z.string().nullable() })),
});
export type ShownApproval = z.infer<typeof shownApprovalSchema>;

/** An agent asks. Answers when it is decided, or after `timeout` seconds with `status` open, which is no failure: ask again. */
export const requestApprovalSchema = z.looseObject({
  ...envelope,
  action: z.literal('request_approval'),
  tool_use_id: z.string().min(1).max(200),
  tool_name: z.string().min(1).max(200),
  input: z.record(z.string(), z.unknown()),
  timeout: z.number().min(0).max(3600).default(0),
});
export type RequestApproval = z.infer<typeof requestApprovalSchema>;

export const listApprovalsSchema = z.looseObject({
  ...envelope,
  action: z.literal('list_approvals'),
  /** `all`: also those that were decided lately. */
  status: z.enum(['open', 'all']).default('open'),
  /** null: of all agents that the caller may see; else of this one and all below it. */
  agent_id: nullableDefault(agentIdSchema),
});
export type ListApprovals = z.infer<typeof listApprovalsSchema>;

export const approvalListSchema = z.object({
  /** Oldest first. */
  approvals: z.array(shownApprovalSchema),
  /** What branches may do without asking. */
  allowed: z.array(z.object({ agent_id: z.string(), tool: z.string(), approval_id: z.string(), since: z.string() })),
});
export type ApprovalList = z.infer<typeof approvalListSchema>;

/** Operator only. */
export const decideApprovalSchema = z.looseObject({
  ...envelope,
  action: z.literal('decide_approval'),
  approval_id: approvalIdSchema,
  decision: z.enum(['allow', 'deny']),
  /** With `deny`: what the agent reads. */
  message: nullableDefault(z.string().max(4000)),
  /** With `allow`: the same tool is allowed for this agent and all below it until the agent ends. */
  branch: z.boolean().default(false),
});
export type DecideApproval = z.infer<typeof decideApprovalSchema>;
