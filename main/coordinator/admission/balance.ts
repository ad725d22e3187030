/**
 * Whether a group stays balanced with those who are to join it. A group that stated its size is judged by its plan, from the
 * first on; one that did not, by who is there, from the third on.
 */
import type { Agent, BalanceNote } from '../../../protocol/agent.ts';
import { balanceOf, smallestGroup } from '../../../protocol/balance.ts';
import type { Config } from '../../../protocol/config.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { groupName } from '../../../protocol/group-name.ts';
import {
  carries,
  type GroupKey,
  groupToJoin,
  larger,
  membersOfGroup,
  sizeOf,
  tidy,
  withRest,
} from '../../../protocol/groups.ts';
import type { DeployRequest } from '../../../protocol/request.ts';
import { mending, sharesInWords, violations, type Weighed } from './balance-words.ts';

/** One that is to be accepted under `parent`. */
export interface Newcomer {
  readonly request: Pick<DeployRequest, 'request_id' | 'agent_type' | 'name' | 'group' | 'estimated_workload'>;
  readonly parent: string | null;
}

/**
 * For each newcomer, in their order, how its group is divided when all of them are in; null for one that is in none. All or
 * none: the first group that may not be divided like that refuses them all (LOAD_BALANCE_VIOLATION).
 */
export function checkBalance(
  fleet: Fleet,
  newcomers: readonly Newcomer[],
  config: Config['balance'],
): Result<readonly (BalanceNote | null)[]> {
  const groups = new Map<string, { readonly key: GroupKey; readonly joining: Newcomer[] }>();
  const nameOf = ({ parent, request }: Newcomer): string => JSON.stringify([parent, request.group?.id ?? null]);
  for (const one of newcomers) {
    const known = groups.get(nameOf(one));
    const key = known?.key ?? groupToJoin(fleet, one.parent, one.request.group?.id ?? null);
    if (known !== undefined) known.joining.push(one);
    else if (key !== null) groups.set(nameOf(one), { key, joining: [one] });
  }
  const notes = new Map<Newcomer, BalanceNote>();
  for (const { key, joining } of groups.values()) {
    const judged = judge(key, membersOfGroup(fleet, key), joining, config);
    if (!judged.ok) return judged;
    joining.forEach((one, index) => {
      const note = judged.value[index];
      if (note !== undefined) notes.set(one, note);
    });
  }
  return ok(newcomers.map((one) => notes.get(one) ?? null));
}

function judge(
  key: GroupKey,
  members: readonly Agent[],
  joining: readonly Newcomer[],
  config: Config['balance'],
): Result<BalanceNote[]> {
  const asked = joining.reduce<number | null>((size, { request }) => larger(size, request.group?.size ?? null), null);
  const size = larger(sizeOf(members), asked);
  const there = members.filter(carries).flatMap(({ facts }): Weighed[] => weighed(facts, facts.agent_id));
  const coming = joining.flatMap(({ request }) => weighed(request, null));
  const all = [...there, ...coming];
  const weights = withRest(
    all.map(({ weight }) => weight),
    size,
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const balance = weights.length === 0 ? null : balanceOf(weights, config);
  const isJudged = config.mode !== 'off' && coming.length > 0 && (size === null ? all.length >= smallestGroup : true);
  const broken = isJudged && balance?.is_balanced === false ? violations(weights, all.length, balance, config) : [];
  const refuses = config.mode === 'strict' || (config.mode === 'enforce' && size !== null);
  if (balance !== null && broken.length > 0 && refuses) {
    const mend = mending({ there, coming, weights, size }, config);
    const shares = sharesInWords(all, weights);
    const name = groupName(key);
    return fail(
      'LOAD_BALANCE_VIOLATION',
      `The work of group ${name} would not be balanced: ${shares.text}. ${broken.join(' ')} ${mend.words.join(' ')} Nothing was deployed; send it with a new request_id.`,
      {
        group: name,
        parent_agent: key.parent,
        size,
        shares: shares.list,
        max_share: tidy(balance.max_share),
        ratio: tidy(balance.ratio),
        load_balance_score: tidy(balance.load_balance_score),
        limits: { max_share: config.max_share, max_ratio: config.max_ratio },
        weight_that_would_do: mend.range,
        split: mend.split,
        mode: config.mode,
      },
    );
  }
  const isWeighed = all.length > 0;
  return ok(
    joining.map(({ request: { estimated_workload: weight } }) => {
      const isMissing = config.mode !== 'off' && weight === null && isWeighed;
      const reasons = isMissing ? [...broken, noWeight] : broken;
      return {
        wave: key.wave,
        size,
        share: weight === null || sum === 0 ? null : tidy(weight / sum),
        ratio: tidy(balance?.ratio ?? null),
        score: tidy(balance?.load_balance_score ?? null),
        flagged: reasons.length > 0,
        reasons,
      };
    }),
  );
}

const noWeight =
  'It states no estimated_workload, others of its group do: how the work is divided cannot be judged with it.';

const weighed = (
  one: { readonly agent_type: string; readonly name: string | null; readonly estimated_workload: number | null },
  agentId: string | null,
): Weighed[] =>
  one.estimated_workload === null
    ? []
    : [{ label: one.name ?? one.agent_type, agentId, weight: one.estimated_workload }];
