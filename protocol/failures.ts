/**
 * Every way a request can be turned down, as data. The HTTP status, the response file, the log line and the notice on
 * screen are functions of the failure; nothing else decides them.
 */
import { z } from 'zod';

/** What a code means on the wire. `retryable`: asking again later, unchanged, may succeed, so the answer is not kept. */
interface FailureKind {
  readonly title: string;
  readonly httpStatus: number;
  readonly retryable: boolean;
}

const kind = (title: string, httpStatus: number, retryable = false): FailureKind => ({ title, httpStatus, retryable });

export const failureCatalogue = {
  BAD_HTTP: kind('The HTTP request is malformed', 400, true),
  INVALID_REQUEST: kind('The request is not valid', 422),
  DUPLICATE_REQUEST_MISMATCH: kind('This request_id was used for a different request', 409),
  UNKNOWN_ACTION: kind('The action is not known', 422),
  UNKNOWN_AGENT: kind('The agent is not known', 404, true),
  UNKNOWN_APPROVAL: kind('The approval is not known', 404, true),
  /** Or its time was over: the details say what was decided, by whom and when. */
  ALREADY_DECIDED: kind('The approval is decided already', 409, true),
  UNKNOWN_RUNTIME: kind('The runtime is not configured', 422),
  RUNTIME_NOT_FOUND: kind('The program of the runtime was not found', 503, true),
  PROMPT_NOT_FOUND: kind('The prompt was not found', 422),
  PATH_NOT_ALLOWED: kind('The path is outside the allowed folders', 422),
  HIERARCHY_VIOLATION: kind('The hierarchy does not allow this agent here', 422),
  LOAD_BALANCE_VIOLATION: kind('The workload is not balanced', 422),
  LIMIT_REACHED: kind('A limit is reached', 429, true),
  BUDGET_EXCEEDED: kind('The budget is used up', 402, true),
  QUEUE_FULL: kind('The queue is full', 503, true),
  DEPLOYMENT_TIMEOUT: kind('The agent could not be started in time', 504),
  SPAWN_FAILED: kind('The agent could not be started', 500),
  CANCELLED: kind('The request was cancelled before it started', 409),
  NOT_ALLOWED: kind('Not allowed', 403, true),
  UNAUTHENTICATED: kind('A valid token is needed', 401, true),
  RATE_LIMITED: kind('Too many requests', 429, true),
  TOO_LARGE: kind('The request is too large', 413, true),
  HEADERS_TOO_LARGE: kind('The headers of the request are too large', 431, true),
  REQUEST_TIMEOUT: kind('The request did not arrive in time', 408, true),
  UNSUPPORTED_MEDIA_TYPE: kind('The content type is not accepted', 415, true),
  METHOD_NOT_ALLOWED: kind('The method is not allowed at this address', 405, true),
  NOT_FOUND: kind('There is nothing at this address', 404, true),
  /** The agent is in a state in which this cannot be done: what has ended is not paused, what runs is not restarted. */
  WRONG_STATE: kind('The agent is not in a state for this', 409, true),
  /** Somebody else changed config.json after the version that a change of it was made against. */
  CONFIG_CHANGED: kind('The settings were changed meanwhile', 412, true),
  /** Its runtime, or this system, cannot do it at all. */
  NOT_SUPPORTED: kind('This cannot be done here', 422, true),
  IDENTITY_UNVERIFIED: kind('It is not known whether the process is the agent', 409, true),
  STOPPING: kind('The coordinator is stopping', 503, true),
  STORAGE_UNAVAILABLE: kind('The coordinator cannot write to its disk', 503, true),
  INTERNAL: kind('The coordinator made a mistake', 500, true),
} as const satisfies Record<string, FailureKind>;

export type FailureCode = keyof typeof failureCatalogue;
export const failureCodes = Object.keys(failureCatalogue) as [FailureCode, ...FailureCode[]];

/** `details` holds the facts of the message for programs: what was given, what was expected, sub-reasons. */
export const failureSchema = z.object({
  code: z.enum(failureCodes),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type Failure = z.infer<typeof failureSchema>;

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });

export function fail(
  code: FailureCode,
  message: string,
  details?: Record<string, unknown>,
): Extract<Result<never>, { ok: false }> {
  return { ok: false, failure: failureOf(code, message, details) };
}

export function failureOf(code: FailureCode, message: string, details?: Record<string, unknown>): Failure {
  return details === undefined ? { code, message } : { code, message, details };
}

/** The outer border of a door turns what was thrown into data. A thrown error is a bug here, never expected trouble. */
export function failureFromUnknown(error: unknown): Failure {
  const reason = error instanceof Error ? error.message : String(error);
  return failureOf('INTERNAL', `An unexpected error: ${reason}. See the coordinator's log; asking again may work.`);
}

/** RFC 9457 problem document plus `error`, `code` and `request_id`, the fields that file clients read. */
export function failureToProblem(failure: Failure, requestId: string | null) {
  const { title, httpStatus } = failureCatalogue[failure.code];
  return {
    type: `urn:ziggie:failure:${failure.code}`,
    title,
    status: httpStatus,
    detail: failure.message,
    code: failure.code,
    request_id: requestId,
    ...(failure.details === undefined ? {} : { details: failure.details }),
  };
}

/** What a client reads back of a problem document. */
export const problemSchema = z.object({
  code: z.enum(failureCodes),
  detail: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

/** What stands in `responses/<request_id>_error.json`. `status` and `error` are what clients of the file protocol read. */
export const errorAnswerSchema = z.object({
  request_id: z.string().nullable(),
  status: z.literal('error'),
  code: z.enum(failureCodes),
  error: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type ErrorAnswer = z.infer<typeof errorAnswerSchema>;

export function failureToAnswer(failure: Failure, requestId: string | null): ErrorAnswer {
  return {
    request_id: requestId,
    status: 'error',
    code: failure.code,
    error: failure.message,
    ...(failure.details === undefined ? {} : { details: failure.details }),
  };
}

export const isRetryable = (failure: Failure): boolean => failureCatalogue[failure.code].retryable;
