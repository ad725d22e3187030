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

/** What `POST /api/coordinator/reconcile` looked at and did. */
export const reconcileAnswerSchema = z.object({
  /** Files that lay in `requests/` and were taken up. */
  requests_found: z.number().int(),
  /** Running agents by what their process says; `unknown` are asked again every second. */
  identities: z.object({
    checked: z.number().int(),
    match: z.number().int(),
    mismatch: z.number().int(),
    gone: z.number().int(),
    unknown: z.number().int(),
  }),
  state_files_written: z.number().int(),
  /** Place in the journal that `db.json` holds now; null: it could not be written, `GET /health` says why. */
  snapshot_seq: z.number().int().nullable(),
});
export type ReconcileAnswer = z.infer<typeof reconcileAnswerSchema>;
