/** Looking for a text in all agents, their reports and their logs. */
import { z } from 'zod';
import { statusSchema } from './agent.ts';

export const searchKinds = ['agents', 'reports', 'logs'] as const;
export const searchKindSchema = z.enum(searchKinds);
export type SearchKind = z.infer<typeof searchKindSchema>;

/** Fewer characters are in nearly every line. */
export const leastSearched = 2;
export const mostSearched = 200;

export const agentHitSchema = z.object({
  agent_id: z.string(),
  name: z.string().nullable(),
  agent_type: z.string(),
  runtime: z.string(),
  model: z.string().nullable(),
  status: statusSchema,
});
export type AgentHit = z.infer<typeof agentHitSchema>;

/** One per report: its first line with the text. */
export const reportHitSchema = z.object({
  agent_id: z.string(),
  /** From 1. */
  line: z.number().int(),
  /** That line, or the part of a long one around the text. */
  text: z.string(),
  /** How many lines of the report have the text. */
  lines: z.number().int(),
});
export type ReportHit = z.infer<typeof reportHitSchema>;

/** At most three per log, the newest ones, the newest first. */
export const logHitSchema = z.object({
  agent_id: z.string(),
  /** The byte of the log where the text begins. */
  offset: z.number().int(),
  /** Its line, or the part of a long one around it; escape sequences are still in it. */
  text: z.string(),
});
export type LogHit = z.infer<typeof logHitSchema>;

/** The newest agents first. */
export const searchAnswerSchema = z.object({
  agents: z.array(agentHitSchema),
  reports: z.array(reportHitSchema),
  logs: z.array(logHitSchema),
  /** Why it ended before everything was looked at; null: everything was. */
  stopped_by: z.enum(['results', 'bytes', 'time']).nullable(),
  /** What was not looked at. */
  skipped: z.object({
    /** Agents of which a report or log was wanted and not reached. */
    agents: z.number().int(),
    /** Bytes of older output of logs of which the end was looked at. */
    log_bytes: z.number().int(),
    /** Files that are no text, too large for a report, or not the ones the coordinator made. */
    files: z.number().int(),
  }),
});
export type SearchAnswer = z.infer<typeof searchAnswerSchema>;
