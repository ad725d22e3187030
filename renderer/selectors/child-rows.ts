/** An agent's children as a table, each with all below it in the sums. */
import type { Agent } from '../../protocol/agent.ts';
import type { Fleet } from '../../protocol/fleet.ts';
import type { DashboardState } from '../store/state.ts';
import { branchUses, type BranchUse, noUse } from './branch-use.ts';
import { plannedShares } from './planned-shares.ts';
import { runTime } from './row-cells.ts';
import { type ReportState, reportState, type StatusWords, statusWords, calm } from './status-language.ts';
import { agentTitle } from './tree-rows.ts';

export interface ChildRow {
  readonly id: string;
  readonly type: string;
  readonly title: string;
  readonly words: StatusWords;
  readonly report: ReportState;
  /** Fraction of its group's work, as planned; null: it shares with nobody. */
  readonly share: number | null;
  readonly time: string;
  /** Of its whole branch. */
  readonly use: BranchUse;
  /** How many are below it. */
  readonly below: number;
}

export function childRows(
  fleet: Fleet,
  agent: Agent,
  measured: DashboardState['measured'],
  now: number,
): readonly ChildRow[] {
  const uses = branchUses(fleet, measured);
  const shares = plannedShares(fleet);
  return agent.children.flatMap((id) => {
    const child = fleet.agents.get(id);
    if (child === undefined) return [];
    return {
      id,
      type: child.facts.agent_type,
      title: agentTitle(child),
      words: statusWords(child, calm),
      report: reportState(child),
      share: shares.get(id) ?? null,
      time: runTime(child, now),
      use: uses.get(id) ?? noUse,
      below: child.children.length,
    };
  });
}
