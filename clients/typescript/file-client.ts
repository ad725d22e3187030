/** The coordinator through request files, for those that have the root folder and nothing else. Node only. */
import { type Action, type AnswerOf, answerSchemaOf } from '../../protocol/actions.ts';
import { errorAnswerSchema, failureOf } from '../../protocol/failures.ts';
import { type Carried, clientOf, patienceFor } from './actions-client.ts';
import { parseAnswer } from './answer.ts';
import { type ClientResult, type Input, unreachable, type ZiggieClient } from './client.ts';
import { requestIdSchema } from '../../protocol/names.ts';
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
export function createFileClient(options: FileClientOptions): ZiggieClient {
  return clientOf((action, input) => carryByFile(options, action, input));
}

async function carryByFile<A extends Action>(
  options: FileClientOptions,
  action: A,
  input: Input<A>,
): Promise<ClientResult<Carried<AnswerOf<A>>>> {
  const { root, token, parentAgent, timeoutMs: usualMs = 30_000, pollMs = 100 } = options;
  const folders = foldersOf(root);
  // No timestamp: a request that is made again under its request_id has to be the same request.
  const body = {
    ...(action === 'deploy' || action === 'deploy_batch' ? { parent_agent: parentAgent } : {}),
    ...input,
    request_id: input.request_id ?? makeRequestId(action),
    action,
    ...(token === undefined ? {} : { token }),
  };
  if (!requestIdSchema.safeParse(body.request_id).success) return badRequestId(body.request_id);
  const timeoutMs = action === 'deploy' ? deployTimeoutMs(input, usualMs) : patienceFor(action, input, usualMs);
  const written = await writeRequest(folders, body.request_id, body);
  if (!written.ok) return written;
  const answer = await takeAnswer(folders, body.request_id, { timeoutMs, pollMs });
  if (answer === null) return unanswered(folders.requests, body.request_id, timeoutMs);
  const from = `The answer to ${body.request_id}`;
  if (answer.kind === 'response') {
    const parsed = parseAnswer(answerSchemaOf(action), answer.text, from);
    return parsed.ok ? { ok: true, value: { answer: parsed.value, replayed: null } } : parsed;
  }
  const refusal = parseAnswer(errorAnswerSchema, answer.text, from);
  if (!refusal.ok) return refusal;
  const { code, error, details } = refusal.value;
  return { ok: false, failure: failureOf(code, error, details) };
}

/** A deployment is answered when it has started: as long as its own patience, on top of the usual. 0 waits for ever. */
function deployTimeoutMs(input: object, usualMs: number): number {
  const config = 'config' in input && typeof input.config === 'object' ? input.config : null;
  const asked = config !== null && 'timeout' in config ? config.timeout : undefined;
  const seconds = typeof asked === 'number' ? asked : defaultDeployTimeoutS;
  return seconds === 0 ? 0 : usualMs + seconds * 1000;
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
