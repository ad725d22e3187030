/** What every way of talking to a coordinator offers, and how it says that something went wrong. */
import type { AgentList, ReportAnswer } from '../../protocol/queries.ts';
import type { StopAnswer } from '../../protocol/verbs.ts';
import type { Failure } from '../../protocol/failures.ts';
import type { AgentRecord } from '../../protocol/record.ts';
import type { DeployRequestInput } from '../../protocol/request.ts';

/**
 * Trouble on this side of the wire, beside the coordinator's own coded refusals.
 * - `UNREACHABLE`: nobody answered. Whether the request was carried out is unknown; asking again with the same
 *   request_id is safe.
 * - `UNEXPECTED_ANSWER`: somebody answered, but not as a coordinator of this version does.
 */
export interface ConnectionFailure {
  readonly code: 'UNREACHABLE' | 'UNEXPECTED_ANSWER';
  readonly message: string;
  readonly details?: Record<string, unknown>;
}

export type ClientFailure = Failure | ConnectionFailure;

export type ClientResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: ClientFailure };

type Details = Record<string, unknown>;

export function connectionFailure(
  code: ConnectionFailure['code'],
  message: string,
  details?: Details,
): ConnectionFailure {
  return details === undefined ? { code, message } : { code, message, details };
}

export function unreachable(message: string, details?: Details): ClientResult<never> {
  return { ok: false, failure: connectionFailure('UNREACHABLE', message, details) };
}

export function unexpectedAnswer(message: string, details?: Details): ClientResult<never> {
  return { ok: false, failure: connectionFailure('UNEXPECTED_ANSWER', message, details) };
}

/** A deploy request as a client writes it: defaults may be left out, and so may the request_id, which is then made. */
export type DeployInput = {
  [Key in keyof DeployRequestInput as Key extends 'request_id' ? never : Key]: DeployRequestInput[Key];
} & { request_id?: string };

/** `replayed`: the request_id was used before, this is its answer again and nothing was started; null where the door does not tell. */
export interface Deployed {
  readonly record: AgentRecord;
  readonly replayed: boolean | null;
}

/** Filters are joined by "and"; `parent_agent` gives direct children only. */
export interface ListFilter {
  readonly status?: string;
  readonly parent_agent?: string;
  readonly level?: number;
}

/** The doors that agents use (HTTP, files) are interchangeable through this interface. */
export interface ZiggieClient {
  /** Asks for an agent. Answers as soon as the coordinator has started it, queued it or turned it down. */
  deploy(input: DeployInput): Promise<ClientResult<Deployed>>;
  get(agentId: string): Promise<ClientResult<AgentRecord>>;
  list(filter?: ListFilter): Promise<ClientResult<AgentList>>;
  /** Stops the agent and all below it; answers when the branch is down, or says what survived. */
  stop(agentId: string, reason?: string): Promise<ClientResult<StopAnswer>>;
  report(agentId: string): Promise<ClientResult<ReportAnswer>>;
}
