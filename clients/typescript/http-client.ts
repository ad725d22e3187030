/** The coordinator over HTTP, for browsers and Node alike. It never throws: every trouble is a `ClientFailure`. */
import { type Health, healthSchema, sessionAnswerSchema, ticketAnswerSchema } from '../../protocol/api.ts';
import { type Action, type AnswerOf, answerSchemaOf } from '../../protocol/actions.ts';
import { type Carried, type Carry, clientOf, patienceFor } from './actions-client.ts';
import { type ClientResult, type Input, unexpectedAnswer, type ZiggieClient } from './client.ts';
import { type EventPage, eventPageSchema } from '../../protocol/event-page.ts';
import { type HistoryRange, type UsageHistory, usageHistorySchema } from '../../protocol/measures.ts';
import { addressOf, agentPath } from './http-addresses.ts';
import { type Call, describeAnswer, type Endpoint, exchange, exchangeJson } from './http-exchange.ts';
import { emptyPiece, isEmptyRange, type LogPiece, type LogRange, rangeHeader, readPiece } from './log-range.ts';
import { type SearchAnswer, searchAnswerSchema, type SearchKind } from '../../protocol/search.ts';
import { type Settings, type SettingsPatch, settingsSchema } from '../../protocol/settings.ts';
import { makeRequestId } from './request-id.ts';

export interface HttpClient extends ZiggieClient {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** A part of an agent's log; empty at the end of the log and for an agent that has not started. */
  readLog(agentId: string, range?: LogRange): Promise<ClientResult<LogPiece>>;
  /** Where a browser downloads the whole log by itself, once, with a `ticket()` in place of the token. */
  logAddress(agentId: string, ticket: string): string;
  /** What stands in the journal after `since`, oldest first; of one agent, or of all the caller may see. */
  events(
    since: number,
    options?: { readonly agentId?: string; readonly limit?: number },
  ): Promise<ClientResult<EventPage>>;
  /** What agents used over the last minutes, hour or day: of an agent and all below it, or of all the caller may see. */
  usageHistory(range: HistoryRange, agentId?: string): Promise<ClientResult<UsageHistory>>;
  /** A text in agents, reports and logs, the newest first. `limit` is of each kind; 20 where none is given. */
  search(
    text: string,
    options?: { readonly kinds?: readonly SearchKind[]; readonly limit?: number; readonly signal?: AbortSignal },
  ): Promise<ClientResult<SearchAnswer>>;
  /** Operator only: config.json as it is in force, and as the file says. */
  settings(): Promise<ClientResult<Settings>>;
  /** Operator only. All of it is taken or, when anything is wrong with it, none. */
  patchSettings(
    patch: SettingsPatch,
    /** CONFIG_CHANGED when config.json is no longer this one (`Settings.revision`). */
    revision?: string,
  ): Promise<ClientResult<Settings>>;
  /** Needs no token. */
  health(): Promise<ClientResult<Health>>;
  /** A single-use pass for opening a WebSocket, or for downloading a log, within 30 seconds. */
  ticket(): Promise<ClientResult<string>>;
}

export interface HttpClientOptions {
  readonly url: string;
  readonly token: string | null;
  readonly fetch?: typeof fetch;
  /** How long an answer may take; 30 seconds. Stopping a branch has its own limit. */
  readonly timeoutMs?: number;
}

const answerTimeoutMs = 30_000;
const settingsPath = '/api/coordinator/settings';
/** Pauses before a request whose connection broke is sent again, under the same request_id. */
const retryMs = [150, 600];

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const endpoint = endpointOf(options);
  const timeoutMs = options.timeoutMs ?? answerTimeoutMs;
  const get = (path: string) => ({ method: 'GET', path, timeoutMs }) as const;
  const post = (path: string, body: unknown) => ({ method: 'POST', path, body, timeoutMs }) as const;
  const carry: Carry = (action, input, signal) => carryByHttp(endpoint, action, input, { usualMs: timeoutMs, signal });
  return {
    ...clientOf(carry),
    url: endpoint.url,
    readLog: (id, range = {}) => readLog(endpoint, get(`${agentPath(id)}/log`), range),
    logAddress: (id, ticket) => `${endpoint.url}${agentPath(id)}/log?ticket=${encodeURIComponent(ticket)}`,
    events: (since, { agentId, limit } = {}) => {
      const of = agentId === undefined ? '/api/coordinator/events' : `${agentPath(agentId)}/events`;
      const path = `${of}?since=${since}${limit === undefined ? '' : `&limit=${limit}`}`;
      return valueOf(exchangeJson(endpoint, get(path), eventPageSchema));
    },
    usageHistory: (range, agentId) => {
      const of = agentId === undefined ? '' : `&agent_id=${encodeURIComponent(agentId)}`;
      return valueOf(exchangeJson(endpoint, get(`/api/coordinator/samples?range=${range}${of}`), usageHistorySchema));
    },
    search: (text, { kinds, limit, signal } = {}) => {
      const query = new URLSearchParams({ q: text });
      if (kinds !== undefined) query.set('kinds', kinds.join(','));
      if (limit !== undefined) query.set('limit', String(limit));
      const call = get(`/api/coordinator/search?${query.toString()}`);
      return valueOf(exchangeJson(endpoint, signal === undefined ? call : { ...call, signal }, searchAnswerSchema));
    },
    settings: () => valueOf(exchangeJson(endpoint, get(settingsPath), settingsSchema)),
    patchSettings: (body, revision) => {
      const headers = revision === undefined ? {} : { 'if-match': `"${revision}"` };
      const call = { method: 'PATCH', path: settingsPath, body, headers, timeoutMs } as const;
      return valueOf(exchangeJson(endpoint, call, settingsSchema));
    },
    health: () => valueOf(exchangeJson({ ...endpoint, token: null }, get('/health'), healthSchema)),
    ticket: async () => {
      const answer = await exchangeJson(endpoint, post('/api/ticket', {}), ticketAnswerSchema);
      return answer.ok ? { ok: true, value: answer.value.value.ticket } : answer;
    },
  };
}

/** The bearer token for the one-time code of a dashboard address (`#code=...`). A code works once. */
export async function exchangeCode(
  url: string,
  code: string,
  fetch?: typeof globalThis.fetch,
): Promise<ClientResult<string>> {
  const endpoint = endpointOf({ url, token: null, ...(fetch === undefined ? {} : { fetch }) });
  const call = { method: 'POST', path: '/api/session', body: { code }, timeoutMs: answerTimeoutMs } as const;
  const answer = await exchangeJson(endpoint, call, sessionAnswerSchema);
  return answer.ok ? { ok: true, value: answer.value.value.token } : answer;
}

function endpointOf({ url, token, fetch }: HttpClientOptions): Endpoint {
  return { url: url.replace(/\/+$/, ''), token, fetch: fetch ?? ((input, init) => globalThis.fetch(input, init)) };
}

async function valueOf<T>(answer: Promise<ClientResult<{ value: T }>>): Promise<ClientResult<T>> {
  const result = await answer;
  return result.ok ? { ok: true, value: result.value.value } : result;
}

/**
 * One logical request: one request_id, however often it is sent. It is sent again when the connection broke, which leaves
 * open whether it was received; the coordinator tells a repetition by its request_id, and looking twice changes nothing.
 */
async function carryByHttp<A extends Action>(
  endpoint: Endpoint,
  action: A,
  input: Input<A>,
  { usualMs, signal }: { readonly usualMs: number; readonly signal: AbortSignal | undefined },
): Promise<ClientResult<Carried<AnswerOf<A>>>> {
  const named = { ...input, action, request_id: input.request_id ?? makeRequestId(action) };
  const call: Call = {
    ...addressOf(action, named),
    timeoutMs: patienceFor(action, input, usualMs),
    ...(signal === undefined ? {} : { signal }),
  };
  const schema = answerSchemaOf(action);
  for (let tries = 0; ; tries++) {
    const carried = await exchangeJson(endpoint, call, schema);
    if (carried.ok) {
      const replayed = carried.value.headers.get('idempotent-replay') === 'true';
      return { ok: true, value: { answer: carried.value.value, replayed } };
    }
    const pauseMs = retryMs[tries];
    if (carried.failure.details?.['trouble'] !== 'broken' || pauseMs === undefined) return carried;
    if (signal?.aborted === true) return carried;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function readLog(endpoint: Endpoint, call: Call, range: LogRange): Promise<ClientResult<LogPiece>> {
  if (isEmptyRange(range)) return { ok: true, value: emptyPiece(range.start ?? 0, range.start ?? 0) };
  const header = rangeHeader(range);
  const answer = await exchange(endpoint, {
    ...call,
    alsoFine: [416],
    ...(header === null ? {} : { headers: { range: header } }),
  });
  if (!answer.ok) return answer;
  const piece = readPiece(answer.value);
  if (piece !== null) return { ok: true, value: piece };
  return unexpectedAnswer(`${describeAnswer(endpoint, call)} has no usable Content-Range.`);
}
