/** What the addresses of the two sockets may say after the `?`. */
import { z } from 'zod';
import type { LogStart } from './log-tail.ts';

/** Numbers come as text; nothing but digits is one. */
const count = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number);

export const fleetQuerySchema = z.object({
  /** Go on after this event. */
  since: count.optional(),
  /** Tell what running agents use, too. */
  measured: z.enum(['0', '1']).optional(),
  /** Send everything each so many seconds, and no events. */
  interval: z
    .string()
    .regex(/^\d{1,2}(\.\d{1,3})?$/)
    .transform(Number)
    .pipe(z.number().min(1).max(60))
    .optional(),
});

export const logQuerySchema = z
  .object({
    agent_id: z.string().min(1).max(128).optional(),
    tree: z.enum(['0', '1']).default('0'),
    from: count.optional(),
    tail: count.optional(),
  })
  .refine(({ from, tail }) => from === undefined || tail === undefined, {
    path: ['tail'],
    message: 'expected only one of "from" and "tail"',
  })
  .refine(({ agent_id, tree, tail }) => agent_id !== undefined || (tree === '0' && tail === undefined), {
    path: ['agent_id'],
    message: '"tree" and "tail" go with an agent_id',
  });
export type LogQuery = z.infer<typeof logQuerySchema>;

export function startOf({ from, tail }: LogQuery): LogStart {
  if (from !== undefined) return { from };
  return tail === undefined ? null : { last: tail };
}
