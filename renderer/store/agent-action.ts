/** What was asked for agents from this page, from the question to the answer. */
import type { Verb } from '../selectors/agent-actions.ts';

export type ActionRequest =
  | { readonly status: 'none' }
  /** The question is open: nothing was sent. */
  | { readonly status: 'confirming'; readonly verb: Verb; readonly ids: readonly string[] }
  /** A message is being written. */
  | { readonly status: 'writing'; readonly agentId: string }
  /** A new agent is being described. `parent`: '' for the person at the top. */
  | { readonly status: 'deploying'; readonly parent: string };
