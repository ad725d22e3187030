/** Shapes of the HTTP answers that are not a bare agent record. */
import { z } from 'zod';
import { agentRecordSchema } from './record.ts';

/** A part of the storage that does not work at present; `since` is ISO 8601 UTC. */
export const degradationSchema = z.object({
  part: z.enum(['journal', 'runs', 'state_files', 'snapshot', 'answers']),
  since: z.string(),
  message: z.string(),
});
export type Degradation = z.infer<typeof degradationSchema>;

export const healthSchema = z.object({
  status: z.enum(['ok', 'degraded', 'stopping']),
  api_version: z.string(),
  /** Empty unless `status` is `degraded`. */
  degraded: z.array(degradationSchema).default([]),
});
export type Health = z.infer<typeof healthSchema>;

export const agentListSchema = z.object({ total: z.number().int(), agents: z.array(agentRecordSchema) });
export type AgentList = z.infer<typeof agentListSchema>;

/** What stopping a branch did: one entry per agent it touched. */
export const stopAnswerSchema = z.object({
  agent_id: z.string(),
  status: z.string(),
  stopped: z.array(agentRecordSchema),
});
export type StopAnswer = z.infer<typeof stopAnswerSchema>;

export const reportAnswerSchema = z.object({
  agent_id: z.string(),
  completion_report: z.string(),
  exists: z.boolean(),
  markdown: z.string().nullable(),
  report_problems: agentRecordSchema.shape.report_problems,
});
export type ReportAnswer = z.infer<typeof reportAnswerSchema>;

/** Body of `POST /api/session`: the one-time code of the dashboard's address against a bearer token. */
export const sessionRequestSchema = z.object({ code: z.string().min(1).max(128) });
export const sessionAnswerSchema = z.object({ token: z.string() });
/** `POST /api/ticket`: a single use for opening a WebSocket, 30 seconds. */
export const ticketAnswerSchema = z.object({ ticket: z.string() });
