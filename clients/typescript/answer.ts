/** From the text of an answer to a value that the protocol's schema vouches for. */
import type { z } from 'zod';
import { failureOf, problemSchema } from '../../protocol/failures.ts';
import { type ClientResult, unexpectedAnswer } from './client.ts';

/** `from` says in words where the text came from; it becomes part of the message when the text does not fit. */
export function parseAnswer<T>(schema: z.ZodType<T>, text: string, from: string): ClientResult<T> {
  const json = parseJson(text);
  if (!json.ok) return unexpectedAnswer(`${from} is not JSON (${json.reason}). ${versionHint}`);
  const parsed = schema.safeParse(json.value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const [first] = parsed.error.issues;
  const where = first === undefined || first.path.length === 0 ? '' : `${first.path.map(String).join('.')}: `;
  return unexpectedAnswer(
    `${from} does not have the expected shape (${where}${first?.message ?? 'unknown'}). ${versionHint}`,
  );
}

/** The failure in a problem document; anything else is an answer that no coordinator gives. */
export function parseProblem(status: number, text: string, from: string): ClientResult<never> {
  const problem = parseAnswer(problemSchema, text, from);
  if (problem.ok) {
    return { ok: false, failure: failureOf(problem.value.code, problem.value.detail, problem.value.details) };
  }
  return unexpectedAnswer(`${from} is status ${status} without a known failure code. ${versionHint}`, {
    status,
    body: text.slice(0, 500),
  });
}

const versionHint = 'Is it a Ziggie coordinator, of the same version as this program?';

type Json = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string };

function parseJson(text: string): Json {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
