/** An agent's record with its group as it is now: shares, score, and what was measured. */
import type { Agent } from './agent.ts';
import type { BalanceRules } from './balance.ts';
import type { Fleet } from './fleet.ts';
import { groupName } from './group-name.ts';
import { type Division, divisionOf, groupOf, groupsOf } from './groups.ts';
import type { AgentRecord, RecordBalance } from './record.ts';
import { doneShare, type WorkDone, workDone } from './work-done.ts';

/** What was measured is taken anew after so long: a list asks for the same group a thousand times. */
const keptMs = 500;

interface Known {
  readonly division: Division;
  done: WorkDone;
  doneAtMs: number;
}

/** By parent; in it, by agent. */
type ByParent = Map<string | null, Map<string, Known>>;

/** A fleet never changes, another takes its place. */
const known = new WeakMap<Fleet, { readonly rules: string; readonly parents: ByParent }>();

function look(fleet: Fleet, agent: Agent, rules: BalanceRules, nowMs: number): Known | null {
  const ruled = `${rules.max_share} ${rules.max_ratio}`;
  let all = known.get(fleet);
  if (all?.rules !== ruled) {
    all = { rules: ruled, parents: new Map() };
    known.set(fleet, all);
  }
  const { agent_id, parent_agent } = agent.facts;
  let children = all.parents.get(parent_agent);
  if (children === undefined) {
    children = lookAtChildren(fleet, parent_agent, rules, nowMs);
    all.parents.set(parent_agent, children);
  }
  const found = children.get(agent_id) ?? null;
  if (found !== null && Math.abs(nowMs - found.doneAtMs) > keptMs) {
    found.done = workDone(found.division.members, nowMs);
    found.doneAtMs = nowMs;
  }
  return found;
}

function lookAtChildren(fleet: Fleet, parent: string | null, rules: BalanceRules, nowMs: number): Map<string, Known> {
  const children = new Map<string, Known>();
  for (const members of groupsOf(fleet, parent)) {
    const key = members[0] === undefined ? null : groupOf(members[0]);
    if (key === null) continue;
    const group = { division: divisionOf(key, members, rules), done: workDone(members, nowMs), doneAtMs: nowMs };
    for (const { facts } of members) children.set(facts.agent_id, group);
  }
  return children;
}

/** `record`: of `agent`, which is in `fleet`. `now`: milliseconds since 1970, asked for only where there is a group. */
export function withGroup(
  record: AgentRecord,
  agent: Agent,
  fleet: Fleet,
  rules: BalanceRules,
  now: () => number,
): AgentRecord {
  const group = groupOf(agent) === null ? null : look(fleet, agent, rules, now());
  if (group === null) return record;
  const { division, done } = group;
  const { agent_id } = agent.facts;
  const actual = doneShare(done, agent_id);
  const note = agent.facts.balance;
  const balance: RecordBalance = {
    group: groupName(division.key),
    size: division.size,
    share: division.shares.get(agent_id) ?? null,
    actual_share: actual,
    actual_basis: actual === null ? null : done.basis,
    ratio: division.ratio,
    score: division.load_balance_score,
    flagged: note?.flagged ?? false,
    reasons: note?.reasons ?? [],
    replan: agent.replan ?? null,
  };
  const last = lastMade.get(record);
  if (last !== undefined && isSame(last.balance, balance)) return last;
  const made = { ...record, actual_workload: actual, load_balance_score: balance.score, balance };
  lastMade.set(record, made);
  return made;
}

/** By the record without the group. What has not changed is the same object, whose text is made once. */
const lastMade = new WeakMap<AgentRecord, AgentRecord>();

const isSame = (a: RecordBalance | null, b: RecordBalance): boolean =>
  a !== null &&
  a.size === b.size &&
  a.share === b.share &&
  a.actual_share === b.actual_share &&
  a.actual_basis === b.actual_basis &&
  a.ratio === b.ratio &&
  a.score === b.score;

/** Each group of these agents once, that of the newest first. */
export function groupsIn(fleet: Fleet, agents: readonly Agent[], rules: BalanceRules, nowMs: number): Known[] {
  const groups = new Set<Known>();
  for (const agent of agents.toReversed()) {
    const group = groupOf(agent) === null ? null : look(fleet, agent, rules, nowMs);
    if (group !== null) groups.add(group);
  }
  return [...groups];
}
