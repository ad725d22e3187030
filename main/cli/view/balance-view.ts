/** How work is divided, in words. Pure. */
import type { AgentRecord } from '../../../protocol/record.ts';
import { hasEnded } from './life.ts';
import type { Paint } from './paint.ts';
import { plain } from './plain.ts';

export const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;

/** Lines of `ziggie status`: label and value; null is left out. */
export function balanceLines(
  { balance, estimated_workload, group: named }: AgentRecord,
  paint: Paint,
): [string, string | null][] {
  if (balance === null) {
    return [['estimate', estimated_workload === null ? null : `${percent(estimated_workload)} of the work`]];
  }
  const { group, size, share, actual_share, actual_basis, ratio, score, flagged, reasons, replan } = balance;
  const basis = actual_basis === 'tokens' ? 'tokens' : 'running time';
  const isSilent = share === null && actual_share === null && reasons.length === 0;
  return [
    // A group that was named stands with the other facts.
    ['group', named !== null || isSilent ? null : `${plain(group)}${size === null ? '' : ` of ${size}`}`],
    ['estimate', share === null ? null : `${percent(share)} of the group's work`],
    ['measured', actual_share === null ? null : `${percent(actual_share)} of the group's ${basis} so far`],
    ['ratio', ratio === null ? null : `${Number(ratio.toPrecision(3))} : 1, largest to smallest of the group`],
    ['score', score === null ? null : `${score.toFixed(0)} of 100`],
    ...reasons.map((reason): [string, string] => ['flagged', flagged ? paint.yellow(plain(reason)) : plain(reason)]),
    ['plan again', replan === null ? null : paint.yellow(plain(replan.suggestion))],
  ];
}

/**
 * One line for each group that has a score and is still at work, and for all that is flagged or to be planned again in it.
 * Ends with a line break; empty where there is none.
 */
export function groupLines(records: readonly AgentRecord[], paint: Paint): string {
  const groups = new Map<string, AgentRecord[]>();
  for (const record of records) {
    if (record.balance === null) continue;
    const name = JSON.stringify([record.parent_agent, record.balance.group]);
    groups.set(name, [...(groups.get(name) ?? []), record]);
  }
  const lines = [...groups.values()]
    .filter((members) => !members.every(hasEnded))
    .flatMap((one) => linesOf(one, paint));
  return lines.map((line) => `${line}\n`).join('');
}

function linesOf(members: readonly AgentRecord[], paint: Paint): string[] {
  const [first] = members;
  const balance = first?.balance ?? null;
  if (first === undefined || balance === null) return [];
  const whose = first.parent_agent === null ? '' : ` of ${first.parent_agent}`;
  const shares = members.flatMap(({ balance: own }) => {
    const share = own?.share ?? null;
    return share === null ? [] : [percent(share)];
  });
  const flagged = members.some(({ balance: own }) => own?.flagged === true);
  const warning = flagged ? paint.yellow('  not balanced') : '';
  const scored =
    balance.score === null
      ? []
      : [`balance  ${plain(balance.group)}${whose}: ${shares.join(', ')}; score ${balance.score.toFixed(0)}${warning}`];
  const replans = members.filter((one) => !hasEnded(one)).flatMap(({ balance: own }) => own?.replan ?? []);
  return [...scored, ...replans.map(({ suggestion }) => paint.yellow(`balance  ${plain(suggestion)}`))];
}
