/** Why the gate of a tree is open for one of its agents. Pure. */
import type { TreeReportRow } from '../../../protocol/tree-report.ts';

/** A parent outside counts as ended: nothing tells of its end. */
export const hasEnded = ({ status, completed_at }: Pick<TreeReportRow, 'status' | 'completed_at'>): boolean =>
  status === null || completed_at !== null;

/** Why the gate is open for it, in words; null: it is not. */
export function openFor(row: Omit<TreeReportRow, 'agent_id' | 'name'>): string | null {
  if (!hasEnded(row)) return `has not ended: ${row.status ?? ''}`;
  if (row.report.state === 'missing') return `${row.status ?? ''} without its report`;
  if (row.report.state !== 'problems') return null;
  const count = row.report.problems.length;
  return `its report has ${count === 1 ? 'a problem' : `${count} problems`}`;
}
