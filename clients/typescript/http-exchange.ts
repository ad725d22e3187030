/** One HTTP request to a coordinator, with everything that can go wrong on the way turned into data. */
import type { z } from 'zod';
import { parseAnswer, parseProblem } from './answer.ts';
import { type ClientResult, unreachable } from './client.ts';

export interface Endpoint {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** null where the address needs none. */
  readonly token: string | null;
  readonly fetch: typeof fetch;
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Gives it up early; what was sent may still be carried out. */
  readonly signal?: AbortSignal;
  /** Statuses that are answers though they are not 2xx. */
  readonly alsoFine?: readonly number[];
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Why nothing came back: only a refused connection proves that the request was not received. */
export type Trouble = 'refused' | 'timeout' | 'broken';

/** A 2xx answer as bytes, or the failure. `details.trouble` of an `UNREACHABLE` is a `Trouble`. */
export async function exchange(endpoint: Endpoint, call: Call): Promise<ClientResult<HttpAnswer>> {
  const answer = await send(endpoint, call);
  if (!answer.ok) return answer;
  const { status, bytes } = answer.value;
  if ((status >= 200 && status < 300) || call.alsoFine?.includes(status) === true) return answer;
  return parseProblem(status, new TextDecoder().decode(bytes), describeAnswer(endpoint, call));
}

/** The same for a JSON answer of a known shape. */
export async function exchangeJson<T>(
  endpoint: Endpoint,
  call: Call,
  schema: z.ZodType<T>,
): Promise<ClientResult<{ value: T; headers: Headers }>> {
  const answer = await exchange(endpoint, call);
  if (!answer.ok) return answer;
  const text = new TextDecoder().decode(answer.value.bytes);
  const parsed = parseAnswer(schema, text, describeAnswer(endpoint, call));
  return parsed.ok ? { ok: true, value: { value: parsed.value, headers: answer.value.headers } } : parsed;
}

export const describeAnswer = ({ url }: Endpoint, { method, path }: Call): string =>
  `The answer of ${url} to ${method} ${path}`;

async function send(endpoint: Endpoint, call: Call): Promise<ClientResult<HttpAnswer>> {
  // A browser's fetch refuses to run as a method of another object.
  const { fetch } = endpoint;
  try {
    const response = await fetch(`${endpoint.url}${call.path}`, {
      method: call.method,
      headers: {
        ...(endpoint.token === null ? {} : { authorization: `Bearer ${endpoint.token}` }),
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...call.headers,
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      redirect: 'error',
      // Whole milliseconds: a fraction is refused.
      signal:
        call.signal === undefined
          ? AbortSignal.timeout(Math.ceil(call.timeoutMs))
          : AbortSignal.any([call.signal, AbortSignal.timeout(Math.ceil(call.timeoutMs))]),
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { ok: true, value: { status: response.status, headers: response.headers, bytes } };
  } catch (error) {
    return troubleToFailure(endpoint, call, error);
  }
}

function troubleToFailure({ url }: Endpoint, call: Call, error: unknown): ClientResult<never> {
  const { trouble, reason } = readTrouble(error);
  switch (trouble) {
    case 'refused':
      return unreachable(
        `Nothing answers at ${url} (${reason}). Is the coordinator running? Start it with \`ziggie serve\`.`,
        { url, trouble },
      );
    case 'timeout':
      return unreachable(
        `${url} did not answer ${call.method} ${call.path} within ${call.timeoutMs / 1000} s. ` +
          'The request may still be carried out; look at the state before asking again.',
        { url, trouble },
      );
    case 'broken':
      return unreachable(
        `The connection to ${url} broke (${reason}). Is the coordinator running? Start it with \`ziggie serve\`.`,
        { url, trouble },
      );
  }
}

/** Node hides the system's code in `cause`, for a name with two addresses inside an AggregateError; browsers tell nothing. */
function readTrouble(error: unknown): { trouble: Trouble; reason: string } {
  if (error instanceof Error && error.name === 'TimeoutError') return { trouble: 'timeout', reason: error.message };
  const codes = causes(error).flatMap((cause) =>
    'code' in cause && typeof cause.code === 'string' ? [cause.code] : [],
  );
  if (codes.includes('ECONNREFUSED')) return { trouble: 'refused', reason: 'connection refused' };
  const timedOut = codes.find((code) => code.endsWith('_TIMEOUT') || code === 'ETIMEDOUT');
  if (timedOut !== undefined) return { trouble: 'timeout', reason: timedOut };
  const message = error instanceof Error ? error.message : String(error);
  return { trouble: 'broken', reason: codes[0] ?? message };
}

function causes(error: unknown): Error[] {
  if (!(error instanceof Error)) return [];
  const inner = error instanceof AggregateError ? error.errors.flatMap(causes) : [];
  return [error, ...inner, ...causes(error.cause)];
}
