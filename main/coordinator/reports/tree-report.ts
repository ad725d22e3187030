/** The combined report of a tree: its rows, its gate and its sums. Pure. */
import { unknownUsage } from '../../../protocol/agent.ts';
import type { ReportRollUp, TreeReport, TreeReportRow } from '../../../protocol/tree-report.ts';
import { addUsage } from '../../../protocol/usage.ts';
import { hasEnded, openFor } from './open-for.ts';
import { treeReportMarkdown } from './tree-markdown.ts';
import { rounded, secondsBetween, type TreeReportInput, treeRows } from './tree-rows.ts';

export function treeReport(input: TreeReportInput): TreeReport {
  const { top, now, score } = input;
  const agents = treeRows(input);
  const open = agents.flatMap(({ agent_id, name, ...row }) => {
    const why = row.depth === 0 ? null : openFor(row);
    return why === null ? [] : [{ agent_id, name, why }];
  });
  const report = {
    agent_id: top,
    generated_at: now,
    gate: { complete: open.length === 0, open },
    reports: rollUpOf(agents),
    totals: totalsOf(agents, now),
    compliance: { score: score.score, is_final: score.is_final, points: score.points },
    agents,
  };
  return { ...report, markdown: treeReportMarkdown(report) };
}

function rollUpOf(rows: readonly TreeReportRow[]): ReportRollUp {
  const required = rows.filter(({ report: { state } }) => state !== 'not_required' && state !== 'never_began');
  const count = (...states: TreeReportRow['report']['state'][]): number =>
    required.filter(({ report: { state } }) => states.includes(state)).length;
  return {
    required: required.length,
    in: count('in', 'problems'),
    missing: count('missing', 'due'),
    with_problems: count('problems'),
    complete: rows.every((row) => openFor(row) === null),
  };
}

function totalsOf(rows: readonly TreeReportRow[], now: string): TreeReport['totals'] {
  const ours = rows.filter(({ status }) => status !== null);
  const byStatus = new Map<string, number>();
  for (const { status } of ours) byStatus.set(status ?? '', (byStatus.get(status ?? '') ?? 0) + 1);
  const used = ours.reduce(
    (sum, { tokens, cost_usd }) => addUsage(sum, { ...unknownUsage, tokens, cost_usd }),
    unknownUsage,
  );
  const sum = (values: readonly (number | null)[]): number =>
    rounded(values.reduce<number>((total, value) => total + (value ?? 0), 0));
  return {
    agents: ours.length,
    ended: ours.filter(hasEnded).length,
    by_status: Object.fromEntries([...byStatus].sort(([a], [b]) => a.localeCompare(b))),
    elapsed_seconds: elapsed(ours, now),
    queue_seconds: sum(ours.map(({ queue_seconds }) => queue_seconds)),
    execution_seconds: sum(ours.map(({ execution_seconds }) => execution_seconds)),
    tokens: used.tokens,
    cost_usd: used.cost_usd,
    cost_unknown: ours.filter(({ cost_usd }) => cost_usd === null).length,
  };
}

function elapsed(rows: readonly TreeReportRow[], now: string): number | null {
  const first = rows.flatMap(({ deployed_at }) => deployed_at ?? []).sort()[0];
  if (first === undefined) return null;
  const last = rows.every(hasEnded)
    ? rows
        .flatMap(({ completed_at }) => completed_at ?? [])
        .sort()
        .at(-1)
    : now;
  return secondsBetween(first, last ?? now);
}
