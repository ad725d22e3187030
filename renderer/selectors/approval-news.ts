/**
 * When to say that an approval has come in while another view is open: at most once a minute for each branch, then a
 * summary of what came meanwhile. A pure step, so that it can be tested without a clock.
 */
import type { Fleet } from '../../protocol/fleet.ts';
import { agentPath, stepWords } from './agent-path.ts';
import { visible } from './visible-text.ts';

export interface ApprovalNews {
  /** Open ones that are known: said, held back, or there from the first look on. null: nothing was looked at yet. */
  readonly known: ReadonlySet<string> | null;
  /** By branch: when something was last said of it (ms since the epoch), and what came since. */
  readonly branches: ReadonlyMap<string, { readonly saidAt: number; readonly held: readonly string[] }>;
}

export const noNews: ApprovalNews = { known: null, branches: new Map() };

/** Between two notices of one branch. */
const quietMs = 60_000;

/** `watched`: the approvals are on the screen, where they say themselves. */
export function approvalNews(
  before: ApprovalNews,
  fleet: Fleet,
  now: number,
  watched: boolean,
): { readonly news: ApprovalNews; readonly say: readonly string[] } {
  const open = [...fleet.approvals.values()].filter(({ status }) => status === 'open');
  const known = new Set(open.map(({ approval_id }) => approval_id));
  if (before.known === null || watched) return { news: { known, branches: new Map() }, say: [] };
  const branches = new Map(
    [...before.branches].map(([branch, { saidAt, held }]) => [
      branch,
      { saidAt, held: held.filter((id) => known.has(id)) }, // What was decided meanwhile is no news.
    ]),
  );
  for (const { approval_id, agent_id } of open) {
    if (before.known.has(approval_id)) continue;
    const branch = branchOf(fleet, agent_id);
    const { saidAt, held } = branches.get(branch) ?? { saidAt: Number.NEGATIVE_INFINITY, held: [] };
    branches.set(branch, { saidAt, held: [...held, approval_id] });
  }
  const say: string[] = [];
  for (const [branch, { saidAt, held }] of branches) {
    if (held.length === 0) {
      if (now - saidAt >= quietMs) branches.delete(branch);
    } else if (now - saidAt >= quietMs) {
      say.push(wordsOf(fleet, branch, held));
      branches.set(branch, { saidAt: now, held: [] });
    }
  }
  return { news: { known, branches }, say };
}

/** The topmost agent of ours or outside above it. */
const branchOf = (fleet: Fleet, agentId: string): string => agentPath(fleet, agentId)[1]?.agentId ?? agentId;

function wordsOf(fleet: Fleet, branch: string, held: readonly string[]): string {
  const [only] = held;
  const approval = held.length === 1 && only !== undefined ? fleet.approvals.get(only) : undefined;
  if (approval !== undefined) {
    const who = agentPath(fleet, approval.agent_id).at(-1);
    return `${who === undefined ? 'An agent' : stepWords(who)} asks to use ${visible(approval.tool)}.`;
  }
  const top = agentPath(fleet, branch).at(-1);
  return `${held.length} requests below ${top === undefined ? branch : stepWords(top)} wait for your decision.`;
}
