/** Requests that change what an agent and its branch do, and their answers. */
import { z } from 'zod';
import { envelope, nullableDefault, reasonField, target } from './envelope.ts';
import { agentIdSchema } from './names.ts';
import { agentRecordSchema } from './record.ts';

/** Ends the agent and all below it. */
export const stopRequestSchema = z.looseObject({ ...target, action: z.literal('stop'), reason: reasonField });
export type StopRequest = z.infer<typeof stopRequestSchema>;

/** What stopping a branch did: one entry per agent it touched. */
export const stopAnswerSchema = z.object({
  agent_id: z.string(),
  status: z.string(),
  stopped: z.array(agentRecordSchema),
});
export type StopAnswer = z.infer<typeof stopAnswerSchema>;

/** Freezes what runs in the branch, process trees whole; what waits there is not started until it is resumed. */
export const pauseRequestSchema = z.looseObject({ ...target, action: z.literal('pause'), reason: reasonField });
export const resumeRequestSchema = z.looseObject({ ...target, action: z.literal('resume'), reason: reasonField });
/** Runs an agent that has ended once more, as its next attempt; with `branch`, every ended one below it too that did not complete. */
export const restartRequestSchema = z.looseObject({
  ...target,
  action: z.literal('restart'),
  reason: reasonField,
  branch: z.boolean().default(false),
});
export type PauseRequest = z.infer<typeof pauseRequestSchema>;
export type ResumeRequest = z.infer<typeof resumeRequestSchema>;
export type RestartRequest = z.infer<typeof restartRequestSchema>;

/** What a verb did to a branch: who changed, and who did not and why. */
export const branchAnswerSchema = z.object({
  agent_id: z.string(),
  /** Of the agent itself, afterwards. */
  status: z.string(),
  changed: z.array(agentRecordSchema),
  unchanged: z.array(z.object({ agent_id: z.string(), reason: z.string() })),
  /** After a pause: processes that could not be frozen yet, and still run. It is tried again every second. */
  unfrozen: z.array(z.object({ agent_id: z.string(), pids: z.array(z.number().int()) })).default([]),
});
export type BranchAnswer = z.infer<typeof branchAnswerSchema>;

/** Words for a running agent, where its runtime can take them; NOT_SUPPORTED where it cannot. */
export const messageRequestSchema = z.looseObject({
  ...target,
  action: z.literal('message'),
  text: z.string().min(1).max(100_000),
});
export type MessageRequest = z.infer<typeof messageRequestSchema>;
export const messageAnswerSchema = z.object({
  agent_id: z.string(),
  delivered: z.boolean(),
  /** Where it went ("stdin"), in words. */
  how: z.string(),
});
export type MessageAnswer = z.infer<typeof messageAnswerSchema>;

/** An agent's completion report, handed in instead of written to its file. Replaces what is there. null: the caller's own. */
export const submitReportRequestSchema = z.looseObject({
  ...envelope,
  action: z.literal('submit_report'),
  agent_id: nullableDefault(agentIdSchema),
  markdown: z.string().min(1).max(262_144),
});
export type SubmitReportRequest = z.infer<typeof submitReportRequestSchema>;
