/** What several attempts of one agent used together. */
import type { Tokens, Usage } from './agent.ts';

/** What is unknown of one is taken from the other; session and activity are the later one's. */
export function addUsage(before: Usage, now: Usage): Usage {
  return {
    session_id: now.session_id ?? before.session_id,
    tokens: addTokens(before.tokens, now.tokens),
    cost_usd: add(before.cost_usd, now.cost_usd),
    activity: now.activity,
  };
}

function add(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : a + b;
}

function addTokens(a: Tokens | null, b: Tokens | null): Tokens | null {
  if (a === null || b === null) return a ?? b;
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cache_read: a.cache_read + b.cache_read,
    cache_write: a.cache_write + b.cache_write,
  };
}
