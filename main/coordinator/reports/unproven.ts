/** An agent that claims success while nothing shows that it worked. A flag for people, no verdict: some tasks need no work. */
import type { EndStatus } from '../../../protocol/agent.ts';

export interface WorkSeen {
  readonly status: EndStatus;
  readonly seconds: number | null;
  /** null: its runtime does not tell. */
  readonly toolCalls: number | null;
  readonly outputBytes: number;
  readonly hasChildren: boolean;
}

/** Whoever ran longer has at least waited for something. */
export const provenAfterSeconds = 10;

/**
 * All of: it completed, within seconds, and deployed nobody; and it used no tool where its runtime tells of tools,
 * else printed nothing. An unknown time proves neither.
 */
export function isUnproven({ status, seconds, toolCalls, outputBytes, hasChildren }: WorkSeen): boolean {
  if (status !== 'completed' || hasChildren || seconds === null || seconds >= provenAfterSeconds) return false;
  return toolCalls === null ? outputBytes === 0 : toolCalls === 0;
}
