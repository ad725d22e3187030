/**
 * The grammar of every name that may become part of a path or a tree. Kept to characters that are safe as a file name
 * on every system, so that no name can leave its folder.
 */
import { z } from 'zod';

export const requestIdSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/,
    'must be 1 to 128 characters of A-Z a-z 0-9 . _ - and not begin with a dot',
  );

/** An agent the coordinator started (`agent_20251109_143000_7`) or a name an outside parent gave itself (`overwatch_001`). */
export const agentIdSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/,
    'must be 1 to 128 characters of A-Z a-z 0-9 . _ - and not begin with a dot',
  );

/** True for ids of the coordinator's own making; such a name can never be an outside parent. */
export const isCoordinatorAgentId = (id: string): boolean => /^agent_\d{8}_\d{6}_\d+$/.test(id);

/** `L2`, `L2.1`, `L3.2.1`: the level, then the place among its siblings along the path. */
export const agentTypeSchema = z
  .string()
  .regex(/^L\d{1,2}(\.\d{1,6}){0,8}$/, 'must look like L1, L2.1 or L3.2.1: the level, then numbers with dots');

/** The level number in an agent type: `L3.2.1` is 3. */
export function levelOf(agentType: string): number {
  return Number.parseInt(agentType.slice(1), 10);
}

/** Names shown to people: one line, no control characters, no direction overrides that could disguise the text. */
export const displayNameSchema = z
  .string()
  .max(200)
  .refine((name) => !/[\p{Cc}\u202A-\u202E\u2066-\u2069]/u.test(name), 'must be one line without control characters');
