/** What the tools need of a coordinator. Inside it they call it; the stdio command reaches it over HTTP. */
import type { Action, AnswerOf, RequestOf } from '../../protocol/actions.ts';

/** A coded refusal of the coordinator, or trouble on the way to it. */
export interface PortFailure {
  readonly code: string;
  readonly message: string;
  readonly details?: Record<string, unknown> | undefined;
}

export type PortResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: PortFailure };

/** `replayed`: the request_id was used before for this very request; nothing was done. */
export interface PortAnswer<T> {
  readonly answer: T;
  readonly replayed: boolean;
}

/** Bytes `start` to before `end`, or the last `lastBytes`. */
export interface LogWish {
  readonly start?: number;
  readonly end?: number;
  readonly lastBytes?: number;
}

/** A piece of a log; `total` is the length of the whole log when it was read. */
export interface LogBytes {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly total: number;
}

export interface ToolPort {
  perform<A extends Action>(
    action: A,
    request: RequestOf<A>,
    signal: AbortSignal,
  ): Promise<PortResult<PortAnswer<AnswerOf<A>>>>;
  readLog(agentId: string, wish: LogWish, signal: AbortSignal): Promise<PortResult<LogBytes>>;
}
