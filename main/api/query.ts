/** Values in an address, which are text there. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ok, type Result } from '../../protocol/failures.ts';
import { invalid } from '../../protocol/parse-request.ts';

/** A whole number, written with digits alone; anything else stays text and is refused by the schema. */
export const numberIn = <T extends z.ZodType>(schema: T) =>
  z.preprocess((given) => (typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : given), schema);

/** Yes or no: `1`, `true`, `0` or `false`; anything else stays text and is refused by the schema. */
export const flagIn = <T extends z.ZodType>(schema: T) =>
  z.preprocess(
    (given) => (given === '1' || given === 'true' ? true : given === '0' || given === 'false' ? false : given),
    schema,
  );

export function queryOf<T extends z.ZodType>(request: FastifyRequest, schema: T): Result<z.output<T>> {
  const query = schema.safeParse(request.query);
  return query.success ? ok(query.data) : invalid(query.error, request.query);
}
