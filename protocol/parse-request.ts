/** Turns what came through a door into a request or a coded refusal. Pure; every door uses it. */
import type { z } from 'zod';
import { fail, ok, type Result } from './failures.ts';
import { type Action, actionNames, actions, type ZiggieRequest } from './actions.ts';
import { hideToken } from './hide-token.ts';
import { requestIdSchema } from './names.ts';

/** The request_id of something that may not be a request at all, so that even a refusal can be addressed. */
export function requestIdOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('request_id' in body)) return null;
  const parsed = requestIdSchema.safeParse(body.request_id);
  return parsed.success ? parsed.data : null;
}

export function parseRequest(body: unknown): Result<ZiggieRequest> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return fail('INVALID_REQUEST', `A request is a JSON object; given was ${describe(body)}.`, {
      reason: 'not_an_object',
    });
  }
  const action = 'action' in body ? body.action : 'deploy';
  if (typeof action !== 'string' || !isAction(action)) {
    return fail(
      'UNKNOWN_ACTION',
      `action is ${quote(action)}; this coordinator knows ${actionNames.join(', ')}. Correct the field and send it with a new request_id.`,
      { given: action, known: actionNames },
    );
  }
  const parsed = actions[action].request.safeParse(body);
  if (!parsed.success) return invalid(parsed.error, body);
  return ok(parsed.data);
}

function isAction(action: string): action is Action {
  return Object.hasOwn(actions, action);
}

/** One sentence that names each wrong field, what it held and what it must be. */
export function invalid(error: z.ZodError, input: unknown): Extract<Result<never>, { ok: false }> {
  const problems = error.issues.map((issue) => {
    const path = issue.path.map(String).join('.');
    return { path, expected: issue.message, given: describeAt(input, issue.path) };
  });
  const said = problems.map(
    ({ path, expected, given }) => `${path === '' ? 'the request' : path}: ${expected}, given ${given}`,
  );
  return fail('INVALID_REQUEST', `${said.join('; ')}. Correct this and send it with a new request_id.`, { problems });
}

/** Of a field by the name of a token nothing is said. */
function describeAt(input: unknown, path: readonly PropertyKey[]): string {
  const last = path.at(-1);
  return describe(typeof last === 'string' ? hideToken(last, valueAt(input, path)) : valueAt(input, path));
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null) return undefined;
    return (value as Record<PropertyKey, unknown>)[key];
  }, input);
}

const quote = (value: unknown): string => (value === undefined ? 'missing' : describe(value));

/** A short, single-line picture of any value for a message. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value, hideToken) ?? typeof value;
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
