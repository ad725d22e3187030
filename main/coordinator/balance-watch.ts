/** Looks now and then whether somebody does more of a group's work than one should, and says so once. */
import type { Agent } from '../../protocol/agent.ts';
import type { Config } from '../../protocol/config.ts';
import type { ZiggieEvent } from '../../protocol/events.ts';
import { type Fleet, livingAgents } from '../../protocol/fleet.ts';
import { groupOf, membersOfGroup, sizeOf } from '../../protocol/groups.ts';
import { overloaded } from '../../protocol/work-done.ts';
import { percent } from './admission/balance-words.ts';
import type { Clock } from './clock.ts';
import type { Ledger } from './ledger/ledger.ts';

const everyMs = 2000;
/** A look goes through the groups of all that live; it rests so much longer that its share of a core stays small. */
const restPerLook = 200;

export interface BalanceWatchOptions {
  readonly ledger: Ledger;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: (line: string) => void;
}

/** Returns what ends it. */
export function watchBalance({ ledger, config, clock, log }: BalanceWatchOptions): () => void {
  let timer = next(everyMs);
  let isClosed = false;
  return () => {
    isClosed = true;
    clearTimeout(timer);
  };

  function next(ms: number): NodeJS.Timeout {
    return setTimeout(() => void pass(), ms).unref();
  }

  async function pass(): Promise<void> {
    const beganMs = performance.now();
    const events = replanSuggestions(ledger.pending, config.balance, clock.now());
    const tookMs = performance.now() - beganMs;
    // What the disk refuses is found again at the next look.
    if (events.length > 0) await ledger.commit(events).catch((error: unknown) => log(`not recorded: ${String(error)}`));
    if (!isClosed) timer = next(Math.max(everyMs, restPerLook * tookMs));
  }
}

/** Pure. `now`: ISO 8601 UTC. */
export function replanSuggestions(fleet: Fleet, config: Config['balance'], now: string): ZiggieEvent[] {
  if (config.mode === 'off') return [];
  const nowMs = Date.parse(now);
  const seen = new Set<string>();
  return livingAgents(fleet).flatMap((living) => {
    const key = groupOf(living);
    const name = JSON.stringify(key);
    if (key === null || seen.has(name)) return [];
    seen.add(name);
    const members = membersOfGroup(fleet, key);
    const limits = { maxShare: config.max_share, afterSeconds: config.replan_after_seconds };
    return overloaded(members, { size: sizeOf(members), ...limits, nowMs })
      .filter(({ agent }) => agent.replan === undefined)
      .map(({ agent, share, basis }): ZiggieEvent => ({
        type: 'replan_suggested',
        at: now,
        agent_id: agent.facts.agent_id,
        share,
        basis,
        suggestion: words(agent, { share, basis, count: members.length, maxShare: config.max_share }),
      }));
  });
}

function words(
  { facts }: Agent,
  {
    share,
    basis,
    count,
    maxShare,
  }: { readonly share: number; readonly basis: string; readonly count: number; readonly maxShare: number },
): string {
  const of = basis === 'tokens' ? 'tokens used' : 'running time';
  const planned = facts.estimated_workload === null ? '' : ` (planned: ${percent(facts.estimated_workload)})`;
  return `${facts.name ?? facts.agent_type} has ${percent(share)} of the ${of} of its ${count} agents${planned}, more than ${percent(maxShare)} (balance.max_share), and still runs. Plan again: give what is left of its work to another agent, or let it end.`;
}
