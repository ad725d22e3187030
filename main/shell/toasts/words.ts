/** What a toast says and offers. Pure. */
import type { Fleet } from '../../../protocol/fleet.ts';
import { labelOf, placeInTree, shortened } from '../agent-words.ts';
import { endedAt, hasFailed, inputWords, overBudget } from '../needs.ts';
import type { TrayAction } from '../tray/model.ts';
import { type AgentTab, type Place, agentPlace } from '../window/place.ts';
import type { Need } from './needs-now.ts';

export interface Toast {
  /** The key of what it tells; of a summary, that of its branch. */
  readonly key: string;
  readonly title: string;
  readonly body: string;
  /** Where a click on it leads. */
  readonly place: Place;
  /** Two at most: more are not shown everywhere. */
  readonly buttons: readonly { readonly label: string; readonly action: TrayAction }[];
  /** The approval that its buttons decide; null: none. */
  readonly approvalId: string | null;
}

/** Characters; Windows shows about four lines. */
const longestBody = 200;
const longestTitle = 120;
const longestInput = 100;

export function toastOf(fleet: Fleet, need: Need): Toast {
  const { agent, approval, key } = need;
  const above = placeInTree(fleet, agent);
  const title = shortened(above === null ? labelOf(agent) : `${labelOf(agent)} · in ${above}`, longestTitle);
  const agentId = agent.facts.agent_id;
  if (approval !== null) {
    const input = shortened(inputWords(approval), longestInput);
    return {
      key,
      title,
      body: shortened(`Asks to use ${approval.tool}: ${input}. It waits until you approve or deny.`, longestBody),
      place: agentPlace(agentId),
      buttons: [
        { label: 'Approve', action: decide(approval.approval_id, 'allow') },
        { label: 'Deny', action: decide(approval.approval_id, 'deny') },
      ],
      approvalId: approval.approval_id,
    };
  }
  const { body, tab } = whatHappened(need);
  return {
    key,
    title,
    body: shortened(body, longestBody),
    place: agentPlace(agentId),
    buttons: [{ label: `Open ${tab}`, action: { type: 'open', place: agentPlace(agentId, tab) } }],
    approvalId: null,
  };
}

/** Of several that came too soon after another toast of the same branch (an agent's id, or that of an outside parent). */
export function summaryOf(fleet: Fleet, branch: string, needs: readonly Need[]): Toast {
  const top = fleet.agents.get(branch);
  const approvals = needs.filter(({ approval }) => approval !== null).length;
  const failed = needs.filter(({ agent, approval }) => approval === null && hasFailed(agent)).length;
  const others = needs.length - approvals - failed;
  const parts = [
    approvals > 0 ? `${counted(approvals, 'request')} for your decision` : [],
    failed > 0 ? `${failed} failed` : [],
    others > 0 ? `${counted(others, 'agent')} with something left to settle` : [],
  ].flat();
  return {
    key: branch,
    title: shortened(`${needs.length} more need you · in ${top === undefined ? branch : labelOf(top)}`, longestTitle),
    body: `Within the last minute: ${parts.join(', ')}.`,
    place: approvals > 0 ? 'approvals' : top === undefined ? null : agentPlace(branch),
    buttons: [],
    approvalId: null,
  };
}

const decide = (approvalId: string, decision: 'allow' | 'deny'): TrayAction => ({
  type: 'decide',
  approvalId,
  decision,
});

/** In words, and the tab of the agent's page that says more. */
function whatHappened({ agent }: Need): { readonly body: string; readonly tab: AgentTab } {
  const { life } = agent;
  const budget = overBudget(agent);
  if (budget !== null) {
    const state = endedAt(agent) === null ? 'is being stopped' : 'was stopped';
    return { body: `Is over budget and ${state}: ${sentence(budget)} Its usage says on what.`, tab: 'usage' };
  }
  if (life.status === 'never_began') {
    return { body: `Could not be started: ${sentence(life.failure.message)}`, tab: 'events' };
  }
  if (life.status !== 'ended') return { body: 'Needs you.', tab: 'events' };
  const { status, status_reason: reason, survivors, report_problems: problems } = life.ending;
  if (status === 'lost')
    return { body: 'Vanished: nobody saw how it ended. Its log ends where it was last seen.', tab: 'log' };
  if (status === 'failed')
    return { body: `Failed: ${sentence(reason)} Its log tells more; it can be restarted.`, tab: 'log' };
  if (status === 'timed_out') {
    return {
      body: `Ran out of time: ${sentence(reason)} Its log tells how far it came; it can be restarted.`,
      tab: 'log',
    };
  }
  if (survivors.length > 0) {
    const left =
      survivors.length === 1 ? '1 of its processes still runs' : `${survivors.length} of its processes still run`;
    return { body: `Has ended, but ${left} (pid ${survivors.join(', ')}). End them by hand.`, tab: 'events' };
  }
  if (problems.some(({ code }) => code === 'missing')) {
    return { body: 'Has ended without its report. Its log tells what it did; it can be restarted.', tab: 'log' };
  }
  const [first] = problems;
  return {
    body: `Its report has ${counted(problems.length, 'problem')}: ${sentence(first?.message ?? 'see the report')}`,
    tab: 'report',
  };
}

const sentence = (text: string): string => `${shortened(text, 120).replace(/[.\s]+$/, '')}.`;
const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
