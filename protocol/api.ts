/** Shapes of the HTTP answers that are not a bare agent record. */
import { z } from 'zod';

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

/** Body of `POST /api/session`: the one-time code of the dashboard's address against a bearer token. */
export const sessionRequestSchema = z.object({ code: z.string().min(1).max(128) });
export const sessionAnswerSchema = z.object({ token: z.string() });
/** `POST /api/ticket`: a single use for opening a WebSocket, 30 seconds. */
export const ticketAnswerSchema = z.object({ ticket: z.string() });
