/** `GET|PATCH /api/coordinator/settings`: config.json as it is in force, and as the file says. */
import { z } from 'zod';
import { configSchema } from './config.ts';

export const settingsSchema = z.object({
  /** Absolute path of config.json on the coordinator's machine. */
  path: z.string(),
  /** Every setting, defaults filled in, as the coordinator works with it now. */
  in_force: configSchema,
  /** What config.json holds, nothing filled in; null: there is no such file. */
  file: z.record(z.string(), z.unknown()).nullable(),
  /** Settings of the file ("limits.log_limit_mb") that differ from those in force until the next start. */
  needs_restart: z.array(z.string()),
  /** Names this version of the file; also the answer's `ETag`. A `PATCH` with it as `If-Match` is refused when there is a newer one. */
  revision: z.string(),
  /** The last change since the coordinator's start: when, and whether by somebody else on disk or by a request; null: none. */
  changed: z.object({ at: z.string(), by: z.enum(['disk', 'request']) }).nullable(),
  /** What is wrong with the file, which then changes nothing; `file` holds what could be read of it. null: nothing is. */
  problem: z.string().nullable(),
});
export type Settings = z.infer<typeof settingsSchema>;

/** A merge patch (RFC 7396) of config.json: null removes a key, an object is merged, anything else replaces. */
export const settingsPatchSchema = z.record(z.string(), z.unknown());
export type SettingsPatch = z.infer<typeof settingsPatchSchema>;
