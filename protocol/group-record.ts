/** An agent's record with its group as it is now: shares, score, and what was measured. */
import type { Agent } from './agent.ts';
import type { BalanceRules } from './balance.ts';
import type { Fleet } from './fleet.ts';
import { groupName } from './group-name.ts';
import { type Division, divisionOf, type GroupKey, groupOf } from './groups.ts';
import type { AgentRecord } from './record.ts';
import { doneShare, type WorkDone, workDone } from './work-done.ts';

/** What was measured is taken anew after so long: a list asks for the same group a thousand times. */
const keptMs = 500;

interface Known {
  readonly division: Division;
  done: WorkDone;
  doneAtMs: number;
}

/** A fleet never changes, another takes its place. */
const known = new WeakMap<Fleet, Map<string, Known>>();

function look(fleet: Fleet, key: GroupKey, rules: BalanceRules, nowMs: number): Known {
  const groups = known.get(fleet) ?? new Map<string, Known>();
  known.set(fleet, groups);
  const name = JSON.stringify([key.parent, key.id, key.wave, rules.max_share, rules.max_ratio]);
  const found = groups.get(name);
  if (found === undefined) {
    const division = divisionOf(fleet, key, rules);
    const made = { division, done: workDone(division.members, nowMs), doneAtMs: nowMs };
    groups.set(name, made);
    return made;
  }
  if (Math.abs(nowMs - found.doneAtMs) > keptMs) {
    found.done = workDone(found.division.members, nowMs);
    found.doneAtMs = nowMs;
  }
  return found;
}

/** `record`: of `agent`, which is in `fleet`. `nowMs`: since 1970. */
export function withGroup(
  record: AgentRecord,
  agent: Agent,
  fleet: Fleet,
  rules: BalanceRules,
  nowMs: number,
): AgentRecord {
  const key = groupOf(agent);
  if (key === null) return record;
  const { division, done } = look(fleet, key, rules, nowMs);
  const { agent_id } = agent.facts;
  const actual = doneShare(done, agent_id);
  const note = agent.facts.balance;
  return {
    ...record,
    actual_workload: actual,
    load_balance_score: division.load_balance_score,
    balance: {
      group: groupName(key),
      size: division.size,
      share: division.shares.get(agent_id) ?? null,
      actual_share: actual,
      actual_basis: actual === null ? null : done.basis,
      ratio: division.ratio,
      score: division.load_balance_score,
      flagged: note?.flagged ?? false,
      reasons: note?.reasons ?? [],
      replan: agent.replan ?? null,
    },
  };
}

/** The same as the record tells, once for each group, the newest first. */
export function groupsIn(fleet: Fleet, agents: readonly Agent[], rules: BalanceRules, nowMs: number): Known[] {
  const groups = new Map<string, Known>();
  for (const agent of agents.toReversed()) {
    const key = groupOf(agent);
    if (key === null) continue;
    const name = JSON.stringify([key.parent, key.id, key.wave]);
    if (!groups.has(name)) groups.set(name, look(fleet, key, rules, nowMs));
  }
  return [...groups.values()];
}
