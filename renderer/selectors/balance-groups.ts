/** The groups of the fleet as the balance view shows them: estimate beside measured, who does too much, and what to do. */
import { type Agent, isEnded } from '../../protocol/agent.ts';
import { type BalanceRules, isRatioKept, smallestGroup } from '../../protocol/balance.ts';
import { agentsInOrder, type Fleet } from '../../protocol/fleet.ts';
import { groupName } from '../../protocol/group-name.ts';
import { groupsIn } from '../../protocol/group-record.ts';
import type { Division } from '../../protocol/groups.ts';
import { doneShare, overloaded, secondsRun, type WorkDone } from '../../protocol/work-done.ts';
import { agentPath, type PathStep, stepWords } from './agent-path.ts';
import { count, duration } from './format.ts';
import { type BarPart, barOf, openPlace, percent } from './share-bars.ts';
import { calm, statusWords, type StatusWords } from './status-language.ts';
import { visible } from './visible-text.ts';

/** The rules as config.json has them. */
export interface BalanceSettings extends BalanceRules {
  readonly replan_after_seconds: number;
}

export interface GroupRow {
  /** Names it in the address. */
  readonly key: string;
  readonly name: string;
  /** Down to the parent. */
  readonly path: readonly PathStep[];
  /** How many there are, and of how many planned; in words. */
  readonly size: string;
  readonly estimated: readonly BarPart[];
  readonly measured: readonly BarPart[];
  /** What was measured: "time" or "tokens". */
  readonly basis: string;
  /** Largest by smallest estimated share; null: not known. */
  readonly ratio: number | null;
  /** 0 to 100; null for fewer than three. */
  readonly score: number | null;
  readonly balanced: boolean;
  /** Who is the trouble and what to do, a sentence each. */
  readonly advice: readonly string[];
  readonly members: readonly MemberRow[];
}

export interface MemberRow {
  readonly agentId: string;
  readonly name: string;
  readonly status: StatusWords;
  readonly estimated: number | null;
  readonly measured: number | null;
  /** `4m 12s`, `12,300 tokens`; '' before it began. */
  readonly amount: string;
  /** Why it was accepted out of balance; '' where it was not. */
  readonly flagged: string;
}

export interface Groups {
  /** Somebody in it has not ended; newest first. */
  readonly living: readonly GroupRow[];
  /** The newest of those that are over. */
  readonly finished: readonly GroupRow[];
  /** How many are over in all. */
  readonly finishedCount: number;
}

/** Of one agent alone nothing is shown. `now` in ms since the epoch. */
export function balanceGroups(fleet: Fleet, settings: BalanceSettings, now: number, mostFinished: number): Groups {
  const groups = groupsIn(fleet, agentsInOrder(fleet), settings, now).filter(
    ({ division: { members, size } }) => members.length > 1 || (size ?? 0) > 1,
  );
  const isLiving = ({ division }: (typeof groups)[number]): boolean => division.members.some((one) => !isEnded(one));
  const finished = groups.filter((group) => !isLiving(group));
  const rows = (of: typeof groups): GroupRow[] =>
    of.map(({ division, done }) => rowOf(fleet, division, done, settings, now));
  return {
    living: rows(groups.filter(isLiving)),
    finished: rows(finished.slice(0, mostFinished)),
    finishedCount: finished.length,
  };
}

function rowOf(fleet: Fleet, division: Division, done: WorkDone, settings: BalanceSettings, now: number): GroupRow {
  const { key, members, size, ratio, load_balance_score: score, is_balanced } = division;
  const path = key.parent === null ? agentPath(fleet, '').slice(0, 1) : agentPath(fleet, key.parent);
  const planned = Math.max(size ?? 0, members.length);
  const measured = members.flatMap((one) => {
    const share = doneShare(done, one.facts.agent_id);
    return share === null ? [] : [{ agentId: one.facts.agent_id, name: nameOf(fleet, one), share }];
  });
  return {
    key: JSON.stringify([key.parent, key.id, key.wave]),
    name: visible(groupName(key)),
    path,
    size: size === null || size <= members.length ? count(members.length) : `${members.length} of ${size}`,
    estimated: barOf(estimatedShares(fleet, division), planned, settings.max_share),
    // Before all have begun a share is not one of the whole.
    measured: barOf(measured, measured.length < planned ? 0 : measured.length, settings.max_share),
    basis: done.basis === 'tokens' ? 'tokens' : 'time',
    ratio,
    score,
    balanced: is_balanced,
    advice: adviceOn(fleet, division, settings, now),
    members: members.map((one) => memberRow(fleet, one, division, done, now)),
  };
}

function nameOf(fleet: Fleet, { facts }: Agent): string {
  const step = agentPath(fleet, facts.agent_id).at(-1);
  return step === undefined ? facts.agent_type : stepWords(step);
}

/** What nobody carries yet is shared equally by those still to come, which is how it is judged. */
function estimatedShares(fleet: Fleet, { members, size, shares }: Division) {
  const known = members.flatMap((one) => {
    const share = shares.get(one.facts.agent_id);
    return share === undefined ? [] : [{ agentId: one.facts.agent_id, name: nameOf(fleet, one), share }];
  });
  const missing = Math.max(0, (size ?? 0) - known.length);
  const left = 1 - known.reduce((sum, { share }) => sum + share, 0);
  if (missing === 0 || left < 1e-9) return known;
  const open = { agentId: openPlace, name: 'still to come', share: left / missing };
  return [...known, ...Array.from({ length: missing }, () => open)];
}

function memberRow(fleet: Fleet, agent: Agent, division: Division, done: WorkDone, now: number): MemberRow {
  const { agent_id, balance } = agent.facts;
  const amount = done.amounts.get(agent_id);
  const seconds = secondsRun(agent, now);
  return {
    agentId: agent_id,
    name: nameOf(fleet, agent),
    status: statusWords(agent, calm),
    estimated: division.shares.get(agent_id) ?? null,
    measured: doneShare(done, agent_id),
    amount:
      amount === undefined
        ? ''
        : done.basis === 'tokens'
          ? `${count(amount)} tokens`
          : seconds === null
            ? ''
            : duration(seconds),
    flagged: balance?.flagged === true ? visible(balance.reasons.join(' ')) : '',
  };
}

function adviceOn(fleet: Fleet, division: Division, settings: BalanceSettings, now: number): readonly string[] {
  const { members, size, shares } = division;
  const living = members.filter((one) => !isEnded(one));
  if (living.length === 0) return [];
  const { max_share: maxShare, replan_after_seconds: afterSeconds } = settings;
  const limit = percent(maxShare);
  const doing = overloaded(members, { size, maxShare, afterSeconds, nowMs: now }).map(
    ({ agent, share, basis }) =>
      `${nameOf(fleet, agent)} has done ${percent(share)} of the work so far (by ${basis === 'tokens' ? 'tokens' : 'time'}), more than ${limit}. Give what is left of its work to another agent, or let it end.`,
  );
  const told = living.flatMap(({ replan }) => (replan === undefined ? [] : [visible(replan.suggestion)]));
  return [...(doing.length > 0 ? doing : told), ...estimateAdvice(fleet, members, shares, division, settings)];
}

function estimateAdvice(
  fleet: Fleet,
  members: readonly Agent[],
  shares: Division['shares'],
  division: Division,
  settings: BalanceSettings,
): readonly string[] {
  if (division.is_balanced) return [];
  const weighed = members
    .flatMap((agent) => {
      const share = shares.get(agent.facts.agent_id);
      return share === undefined ? [] : [{ name: nameOf(fleet, agent), share }];
    })
    .sort((a, b) => b.share - a.share);
  const [largest] = weighed;
  const smallest = weighed.at(-1);
  if (largest === undefined || smallest === undefined) return [];
  const planned = Math.max(division.size ?? 0, members.length);
  if (planned >= smallestGroup && largest.share > settings.max_share + 1e-9) {
    return [
      `${largest.name} was given ${percent(largest.share)}, more than ${percent(settings.max_share)}. Split its part, or deploy another agent for some of it.`,
    ];
  }
  if (isRatioKept(largest.share, smallest.share, settings)) return [];
  return [
    `${largest.name} was given ${ratioWords(division.ratio)} as much as ${smallest.name}; below ${settings.max_ratio} times is wanted. Move some of its part there.`,
  ];
}

/** `1.4 times`; where somebody has nothing: `far more`. */
export const ratioWords = (ratio: number | null): string =>
  ratio === null ? '–' : `${Number(ratio.toPrecision(3))} ×`;
