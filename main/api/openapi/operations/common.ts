/** What many addresses have in common. */
import { z } from 'zod';
import type { Answer } from '../operation.ts';
import type { SchemaName } from '../schemas.ts';

export const base = '/api/coordinator';
/** From `POST /api/ticket`; programs send the Authorization header instead. */
export const ticketSchema = z.string().optional();
export const one = `${base}/agents/{id}`;

export const idempotency = {
  'Idempotency-Key':
    'The request_id, for bodies that name none. The same key with the same request gets the same answer again and changes nothing.',
};
export const replay = { 'Idempotent-Replay': '`true`: this request was carried out before; nothing was done again.' };

export const answered = (schema: SchemaName, description: string, headers?: Answer['headers']): Answer[] => [
  { status: 200, description, schema, ...(headers === undefined ? {} : { headers }) },
];
