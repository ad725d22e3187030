/**
 * Groups: siblings that share one piece of work. They have one parent and the same `group.id`; those that name no group are
 * in their parent's current wave, which is over when all in it have ended: whoever is accepted then begins the next.
 */
import { type Agent, isEnded, statusOf } from './agent.ts';
import { type Balance, type BalanceRules, balanceOf } from './balance.ts';
import type { Fleet } from './fleet.ts';

export interface GroupKey {
  readonly parent: string | null;
  /** null: who named none. */
  readonly id: string | null;
  /** From 1. The same parent and id may have several groups, one after the other. */
  readonly wave: number;
}

/** null: it shares its work with nobody. What was accepted before waves were counted is in the first of its `group.id`. */
export function groupOf({ facts }: Agent): GroupKey | null {
  const { parent_agent: parent, group, balance } = facts;
  if (group === null && balance === undefined) return null;
  return { parent, id: group?.id ?? null, wave: balance?.wave ?? 1 };
}

/** All that were ever accepted into it and are not forgotten, oldest first. */
export function membersOfGroup(fleet: Fleet, { parent, id, wave }: GroupKey): Agent[] {
  const members: Agent[] = [];
  for (const one of newestFirst(fleet, parent, id)) {
    if (one.wave === wave) members.push(one.agent);
    // Those of earlier waves came before.
    else if (one.wave < wave && parent !== null) break;
  }
  return parent === null ? inOrder(members) : members.reverse();
}

const inOrder = (agents: readonly Agent[]): Agent[] => agents.toSorted((a, b) => a.facts.ordinal - b.facts.ordinal);

/** A parent may have had thousands of children: whoever wants the last wave need not look at all. In no order without a parent. */
function* newestFirst(
  fleet: Fleet,
  parent: string | null,
  id: string | null,
): Generator<{ agent: Agent; wave: number }> {
  if (parent === null) {
    for (const agent of fleet.agents.values()) {
      const key = agent.facts.parent_agent === null ? groupOf(agent) : null;
      if (key?.id === id) yield { agent, wave: key.wave };
    }
    return;
  }
  const children = fleet.agents.get(parent)?.children ?? fleet.externals.get(parent)?.children ?? [];
  for (let at = children.length - 1; at >= 0; at--) {
    const agent = fleet.agents.get(children[at] ?? '');
    const key = agent === undefined ? null : groupOf(agent);
    if (agent !== undefined && key !== null && key.id === id) yield { agent, wave: key.wave };
  }
}

/** All of its group, once all in it have ended; empty before, and for one that is in none. */
export function membersIfOver(fleet: Fleet, agent: Agent): Agent[] {
  const key = groupOf(agent);
  const members = key === null || !isEnded(agent) ? [] : membersOfGroup(fleet, key);
  return members.every(isEnded) ? members : [];
}

/** The groups of one parent's children, each oldest first, in one look at all of them. */
export function groupsOf(fleet: Fleet, parent: string | null): Agent[][] {
  const children =
    parent === null
      ? inOrder(
          [...fleet.agents.values()].filter((agent) => agent.facts.parent_agent === null && groupOf(agent) !== null),
        )
      : (fleet.agents.get(parent)?.children ?? fleet.externals.get(parent)?.children ?? []).flatMap(
          (child) => fleet.agents.get(child) ?? [],
        );
  const groups = new Map<string, Agent[]>();
  for (const child of children) {
    const key = groupOf(child);
    if (key === null) continue;
    const name = JSON.stringify([key.id, key.wave]);
    const known = groups.get(name);
    if (known === undefined) groups.set(name, [child]);
    else known.push(child);
  }
  return [...groups.values()];
}

/** The group that one who is accepted now comes into; null: it names none and has no parent. */
export function groupToJoin(fleet: Fleet, parent: string | null, id: string | null): GroupKey | null {
  if (parent === null && id === null) return null;
  let wave = 0;
  for (const one of newestFirst(fleet, parent, id)) {
    wave = Math.max(wave, one.wave);
    if (parent !== null) break;
  }
  const last = wave === 0 ? [] : membersOfGroup(fleet, { parent, id, wave });
  return { parent, id, wave: wave === 0 || isOver(last, id) ? wave + 1 : wave };
}

/** A named group is over only when its plan is done: somebody may still take the place of one that failed. */
function isOver(members: readonly Agent[], id: string | null): boolean {
  if (!members.every(isEnded)) return false;
  const size = sizeOf(members);
  return id === null || (size !== null && members.filter(carries).length >= size);
}

/** The largest that was stated: a plan may grow. null: nobody stated one. */
export const sizeOf = (members: readonly Agent[]): number | null =>
  members.reduce<number | null>((size, { facts }) => larger(size, facts.group?.size ?? null), null);

export const larger = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);

/** It has its share of the work still, or has done it. What failed, was stopped or never began leaves it to whoever comes next. */
export const carries = (agent: Agent): boolean => !isEnded(agent) || statusOf(agent) === 'completed';

/** The same, and who failed after the last had come: nobody has taken its share. */
function carrying(members: readonly Agent[]): Agent[] {
  const last = members.reduce((latest, { facts }) => (facts.accepted_at > latest ? facts.accepted_at : latest), '');
  return members.filter((one) => carries(one) || (one.life.status === 'ended' && one.life.ending.completed_at > last));
}

/**
 * What each weighs, with those that are still to come: what is left of 1, in equal parts, which is the best they can be.
 * Where all are there, weights count as parts of their sum.
 */
export function withRest(weights: readonly number[], size: number | null): number[] {
  const missing = Math.max(0, (size ?? 0) - weights.length);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const left = 1 - sum < 1e-9 ? 0 : 1 - sum;
  return [...weights, ...Array.from({ length: missing }, () => left / missing)];
}

/** Sums of fractions are off by some last digits, which are nobody's business. */
export const tidy = <T extends number | null>(value: T): T | number =>
  value === null ? value : Number(value.toPrecision(12));

/** How a group is divided at present. */
export interface Division extends Balance {
  readonly key: GroupKey;
  readonly size: number | null;
  readonly members: readonly Agent[];
  /** By agent, of those that carry a share and stated its weight: fraction of 1. */
  readonly shares: ReadonlyMap<string, number>;
}

/** `members`: all of the group. */
export function divisionOf(key: GroupKey, members: readonly Agent[], rules: BalanceRules): Division {
  const size = sizeOf(members);
  const weighed = carrying(members).flatMap((one) => {
    const weight = one.facts.estimated_workload;
    return weight === null ? [] : [{ id: one.facts.agent_id, weight }];
  });
  const weights = withRest(
    weighed.map(({ weight }) => weight),
    size,
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const none: Balance = { max_share: 0, ratio: null, is_balanced: true, load_balance_score: null };
  return {
    key,
    size,
    members,
    shares: new Map(weighed.map(({ id, weight }) => [id, sum === 0 ? 0 : tidy(weight / sum)])),
    ...(weighed.length === 0 ? none : tidied(balanceOf(weights, rules))),
  };
}

const tidied = (balance: Balance): Balance => ({
  ...balance,
  max_share: tidy(balance.max_share),
  ratio: tidy(balance.ratio),
  load_balance_score: tidy(balance.load_balance_score),
});
