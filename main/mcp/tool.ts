/** One tool: what a model is told of it, and what a call of it does. */
import type { z } from 'zod';
import type { Action, AnswerOf, RequestOf } from '../../protocol/actions.ts';
import { parseRequest } from '../../protocol/parse-request.ts';
import type { PortAnswer, PortFailure, PortResult, ToolPort } from './tool-port.ts';

/** One call of a tool, and what it may use. */
export interface ToolCall {
  readonly port: ToolPort;
  /** Made of the client's own id of the call where it tells one, so that a call made twice is one request. */
  readonly requestId: string;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** The client hears of progress, so a long call is not cut as silent. */
  readonly hearsProgress: boolean;
  /** What the next notice of progress says. */
  note(text: string): void;
  readonly told: Told;
}

/** Up to which message a parent was told of its children in this session, per parent ('' is the caller itself). */
export interface Told {
  /** The last message of an answer that was sent; null: none. */
  sent(parent: string): number | null;
  /** This call's answer holds the messages up to `seq`. Counts once the answer was sent. */
  tell(parent: string, seq: number): void;
  /** It was taken note of. */
  forget(parent: string, seq: number): void;
}

/** `text` is for people and for clients that show no structured content. `exact`: it is read by a program, and goes out alone and untouched. */
export type ToolAnswer =
  | {
      readonly ok: true;
      readonly text: string;
      readonly content: Readonly<Record<string, unknown>>;
      readonly exact?: true;
    }
  | { readonly ok: false; readonly failure: PortFailure };

/** Arguments without those that are null: some models write null for what they leave out. */
export type Arguments = Readonly<Record<string, unknown>>;

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Advertised to the model. What is taken is decided by the schema of the action. */
  readonly input: z.ZodObject;
  /** null: its answer is text alone. */
  readonly output: z.ZodObject | null;
  readonly hints: {
    readonly readOnlyHint: boolean;
    readonly destructiveHint?: boolean;
    readonly idempotentHint?: boolean;
    readonly openWorldHint: boolean;
  };
  run(args: Arguments, call: ToolCall): Promise<ToolAnswer>;
}

/** Looks and changes nothing. */
export const looks = { readOnlyHint: true, openWorldHint: false } as const;

/** Checks the arguments as every door does, and has the action carried out. */
export async function ask<A extends Action>(
  { port, requestId, signal }: Pick<ToolCall, 'port' | 'requestId' | 'signal'>,
  action: A,
  fields: Arguments,
): Promise<PortResult<PortAnswer<AnswerOf<A>>>> {
  const parsed = parseRequest({ request_id: requestId, ...fields, action });
  return parsed.ok ? port.perform(action, parsed.value as RequestOf<A>, signal) : parsed;
}
