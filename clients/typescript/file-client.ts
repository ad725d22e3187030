/** The coordinator through request files, for those that have the root folder and nothing else. Node only. */
import type { z } from 'zod';
import { agentListSchema, reportAnswerSchema } from '../../protocol/queries.ts';
import { stopAnswerSchema } from '../../protocol/verbs.ts';
import { errorAnswerSchema, failureOf } from '../../protocol/failures.ts';
import { agentRecordSchema } from '../../protocol/record.ts';
import { parseAnswer } from './answer.ts';
import { type ClientResult, type ListFilter, unreachable, type ZiggieClient } from './client.ts';
import { levelOf, requestIdSchema } from '../../protocol/names.ts';
import { describe } from '../../protocol/parse-request.ts';
import { foldersOf, takeAnswer, writeRequest } from './request-file.ts';
import { makeRequestId } from './request-id.ts';

export interface FileClientOptions {
  readonly root: string;
  /** Who deploys: the parent of every agent this client asks for, unless a request names another. */
  readonly parentAgent: string | null;
  /** The agent's own token (ZIGGIE_TOKEN), for a coordinator that asks for one. */
  readonly token?: string;
  /** How long an answer may take, 30 seconds. A deployment may take as long as its own `config.timeout` on top of that. */
  readonly timeoutMs?: number;
  /** How often the answers are looked for beside the watch; 100 ms. */
  readonly pollMs?: number;
}

/** `config.timeout` of a deployment that does not state one, in seconds. */
const defaultDeployTimeoutS = 600;
/** As for HTTP: the grace of a branch, and the forced end after it. */
const stopTimeoutMs = 660_000;

type Ask = <T>(
  action: string,
  fields: Record<string, unknown>,
  schema: z.ZodType<T>,
  timeoutMs?: number,
) => Promise<ClientResult<T>>;

export function createFileClient(options: FileClientOptions): ZiggieClient {
  const ask = askThrough(options);
  return {
    deploy: async ({ request_id, ...input }) => {
      const body = { parent_agent: options.parentAgent, ...input, ...(request_id === undefined ? {} : { request_id }) };
      const answer = await ask('deploy', body, agentRecordSchema, deployTimeoutMs(options, input.config.timeout));
      return answer.ok ? { ok: true, value: { record: answer.value, replayed: null } } : answer;
    },
    get: (id) => ask('status', { agent_id: id }, agentRecordSchema),
    list: async (filter = {}) => {
      const { parent_agent = null } = filter;
      const answer = await ask('list', { parent_agent }, agentListSchema);
      if (!answer.ok) return answer;
      const agents = answer.value.agents.filter(matches(filter));
      return { ok: true, value: { total: agents.length, agents, next_cursor: null } };
    },
    stop: (id, reason) => ask('stop', { agent_id: id, reason: reason ?? null }, stopAnswerSchema, stopTimeoutMs),
    report: (id) => ask('report', { agent_id: id }, reportAnswerSchema),
  };
}

/** The file protocol filters by parent only; the rest is sorted out here. */
const matches =
  ({ status, level }: ListFilter) =>
  (agent: { status: string; agent_type: string }): boolean =>
    (status === undefined || agent.status === status) && (level === undefined || levelOf(agent.agent_type) === level);

function deployTimeoutMs({ timeoutMs = 30_000 }: FileClientOptions, configTimeout: number | undefined): number {
  const seconds = configTimeout ?? defaultDeployTimeoutS;
  return seconds === 0 ? 0 : timeoutMs + seconds * 1000;
}

function askThrough({ root, token, timeoutMs: usualMs = 30_000, pollMs = 100 }: FileClientOptions): Ask {
  const folders = foldersOf(root);
  return async (action, fields, schema, timeoutMs = usualMs) => {
    // No timestamp: a request that is made again under its request_id has to be the same request.
    const body = {
      request_id: makeRequestId(action),
      ...fields,
      action,
      ...(token === undefined ? {} : { token }),
    };
    if (!requestIdSchema.safeParse(body.request_id).success) return badRequestId(body.request_id);
    const written = await writeRequest(folders, body.request_id, body);
    if (!written.ok) return written;
    const answer = await takeAnswer(folders, body.request_id, { timeoutMs, pollMs });
    if (answer === null) return unanswered(folders.requests, body.request_id, timeoutMs);
    const from = `The answer to ${body.request_id}`;
    if (answer.kind === 'response') return parseAnswer(schema, answer.text, from);
    const refusal = parseAnswer(errorAnswerSchema, answer.text, from);
    if (!refusal.ok) return refusal;
    const { code, error, details } = refusal.value;
    return { ok: false, failure: failureOf(code, error, details) };
  };
}

/** Refused here, as the coordinator would: the name becomes part of a path. */
function badRequestId(given: string): ClientResult<never> {
  const expected = '1 to 128 characters of A-Z a-z 0-9 . _ - that do not begin with a dot';
  return {
    ok: false,
    failure: failureOf('INVALID_REQUEST', `request_id must be ${expected}, given ${describe(given)}.`),
  };
}

function unanswered(requests: string, requestId: string, timeoutMs: number): ClientResult<never> {
  return unreachable(
    `Request ${requestId} in ${requests} was not answered within ${timeoutMs / 1000} s. Is the coordinator running? ` +
      'Start it with `ziggie serve`; a request file that is still there is carried out then, unless you delete it.',
    { request_id: requestId, requests },
  );
}
