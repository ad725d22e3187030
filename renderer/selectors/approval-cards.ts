/** What the approvals view shows, from the fleet alone. */
import { isEnded } from '../../protocol/agent.ts';
import type { Approval } from '../../protocol/approvals.ts';
import { approvalsInOrder } from '../../protocol/approving.ts';
import { type Fleet, subtree } from '../../protocol/fleet.ts';
import { agentPath, type PathStep } from './agent-path.ts';
import { bytes, duration, secondsSince } from './format.ts';
import { prettyJson } from './json-text.ts';
import type { Shape, Tone } from './status-language.ts';
import { agentTitle } from './tree-rows.ts';
import { visible } from './visible-text.ts';

export interface OpenApproval {
  readonly id: string;
  readonly agentId: string;
  readonly tool: string;
  readonly path: readonly PathStep[];
  /** Indented JSON of what the tool is to be called with. */
  readonly input: string;
  /** What of the input is not here ("the first 32.0 KB of 1.2 MB"); null: all of it is. */
  readonly missing: string | null;
  readonly askedAt: string;
  readonly expiresAt: string;
}

export interface DecidedApproval {
  readonly id: string;
  readonly agentId: string;
  readonly tool: string;
  readonly path: readonly PathStep[];
  readonly outcome: Outcome;
  readonly by: string;
  readonly at: string;
  /** What the agent was told; null: nothing. */
  readonly message: string | null;
}

export interface Outcome {
  readonly shape: Shape;
  readonly tone: Tone;
  readonly words: string;
}

/** Oldest first: who has waited longest is decided first. */
export function openApprovals(fleet: Fleet): readonly OpenApproval[] {
  return approvalsInOrder(fleet.approvals)
    .filter(({ status }) => status === 'open')
    .map((approval) => ({
      id: approval.approval_id,
      agentId: approval.agent_id,
      tool: visible(approval.tool),
      path: agentPath(fleet, approval.agent_id),
      input: prettyJson(approval.input),
      missing: missingOf(approval),
      askedAt: approval.asked_at,
      expiresAt: approval.expires_at,
    }));
}

/** Tokens are hidden in what is kept, so its length differs a little from the whole; only what does not end is cut. */
function missingOf({ input, input_bytes }: Approval): string | null {
  if (isWhole(input)) return null;
  return `the first ${bytes(new TextEncoder().encode(input).length)} of ${bytes(input_bytes)}`;
}

function isWhole(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}

/** Latest first. */
export function decidedApprovals(fleet: Fleet): readonly DecidedApproval[] {
  const rows = [...fleet.approvals.values()].flatMap((approval): DecidedApproval[] => {
    const { decided } = approval;
    if (decided === null) return [];
    return [
      {
        id: approval.approval_id,
        agentId: approval.agent_id,
        tool: visible(approval.tool),
        path: agentPath(fleet, approval.agent_id),
        outcome: outcomeOf(approval),
        by: deciderWords(decided.by),
        at: decided.at,
        message: decided.message === null ? null : visible(decided.message),
      },
    ];
  });
  return rows.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

function outcomeOf({ status, decided }: Approval): Outcome {
  switch (status) {
    case 'allowed': {
      const words = decided?.branch === true ? 'allowed for its branch' : 'allowed';
      return { shape: 'check', tone: 'good', words };
    }
    case 'denied':
      return { shape: 'barred', tone: 'neutral', words: 'denied' };
    case 'expired':
      return { shape: 'clock', tone: 'warning', words: 'not decided in time, counts as denied' };
    case 'closed':
      return { shape: 'square', tone: 'neutral', words: 'its run ended first' };
    case 'open':
      return { shape: 'triangle', tone: 'warning', words: 'open' };
  }
}

export function deciderWords(by: string): string {
  if (by === 'operator') return 'an operator';
  if (by === 'coordinator') return 'nobody';
  return by.startsWith('apr_') ? `what its branch was allowed (${visible(by)})` : visible(by);
}

export interface TimeLeft {
  readonly words: string;
  /** Less than a minute is left. */
  readonly urgent: boolean;
}

/** `now` in ms since the epoch. */
export function timeLeft(expiresAt: string, now: number): TimeLeft {
  const since = secondsSince(expiresAt, now);
  if (since === null) return { words: '', urgent: false };
  if (since >= 0) return { words: 'its time is over', urgent: true };
  return { words: `counts as denied in ${duration(-since)}`, urgent: since > -60 };
}

/** Whom a branch-wide permission would cover now: the agent and the living below it; later ones come under it too. */
export function coverageOf(fleet: Fleet, agentId: string): readonly string[] {
  return subtree(fleet, agentId)
    .filter((agent) => !isEnded(agent))
    .map((agent) => {
      const title = agentTitle(agent);
      return title === agent.facts.agent_type ? title : `${agent.facts.agent_type} ${title}`;
    });
}

/** What to say when somebody else was first: from the `details` of ALREADY_DECIDED. */
export function alreadyWords(details: Record<string, unknown> | undefined): string {
  const status = details?.['status'];
  const by = details?.['by'];
  const decider = typeof by === 'string' ? deciderWords(by) : 'somebody else';
  switch (status) {
    case 'allowed':
    case 'denied':
      return `Already ${status} by ${decider}; nothing was changed.`;
    case 'expired':
      return 'Its time was over before you decided; it counts as denied.';
    case 'closed':
      return 'The agent that asked has ended; there is nothing left to decide.';
    default:
      return 'This was decided already; nothing was changed.';
  }
}
