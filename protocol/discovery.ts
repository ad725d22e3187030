/** `coordinator.json`: where a running coordinator is found. Readable by its user only. */
import { z } from 'zod';

export const apiVersion = '1.2';

export const discoverySchema = z.object({
  api_version: z.string(),
  pid: z.number().int(),
  port: z.number().int(),
  url: z.string(),
  started_at: z.string(),
  token_file: z.string(),
  root: z.string(),
});
export type Discovery = z.infer<typeof discoverySchema>;
