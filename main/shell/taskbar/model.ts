/** The taskbar's button as a function of the fleet: a badge for what needs a person, a bar for what is at work. Pure. */
import { type Agent, isActive, isEnded } from '../../../protocol/agent.ts';
import { type Fleet, livingAgents, subtree } from '../../../protocol/fleet.ts';
import { openApprovals } from '../needs.ts';
import { newsSince } from '../tray/model.ts';

export interface TaskbarModel {
  /** null: nothing needs a person. `words` is for screen readers. */
  readonly badge: { readonly tone: 'failed' | 'needs-you'; readonly count: number; readonly words: string } | null;
  readonly progress: Progress;
}

/** `fraction`: of all agents in trees that still live, how many are done; in whole percents, so that it changes seldom. */
export type Progress =
  | { readonly mode: 'none' }
  | { readonly mode: 'indeterminate' }
  | { readonly mode: 'normal' | 'paused' | 'error'; readonly fraction: number };

/** `lookedAt` as of the tray: when the operator last saw the dashboard (ISO 8601); null: now. */
export function taskbarModel(fleet: Fleet, lookedAt: string | null): TaskbarModel {
  const { failed, left } = newsSince(fleet, lookedAt);
  const count = openApprovals(fleet).length + failed.length + left.length;
  const words = `${count} ${count === 1 ? 'needs' : 'need'} you${failed.length > 0 ? `, ${failed.length} failed` : ''}`;
  return {
    badge: count === 0 ? null : { tone: failed.length > 0 ? 'failed' : 'needs-you', count, words },
    progress: progressOf(fleet, failed.length > 0),
  };
}

function progressOf(fleet: Fleet, isTrouble: boolean): Progress {
  const living = livingAgents(fleet);
  const fraction = doneOf(fleet, living);
  if (isTrouble) return { mode: 'error', fraction: living.length === 0 ? 1 : Math.max(fraction, 0.01) };
  if (living.length === 0) return { mode: 'none' };
  const active = living.filter(isActive);
  if (active.length > 0 && active.every(({ life }) => life.status === 'paused')) {
    return { mode: 'paused', fraction: Math.max(fraction, 0.01) };
  }
  return fraction === 0 ? { mode: 'indeterminate' } : { mode: 'normal', fraction };
}

function doneOf(fleet: Fleet, living: readonly Agent[]): number {
  const tops = new Set(living.map((agent) => topOf(fleet, agent)));
  const all = [...tops].flatMap((id) => subtree(fleet, id));
  return all.length === 0 ? 0 : Math.floor((100 * all.filter(isEnded).length) / all.length) / 100;
}

/** The uppermost agent of ours above it, or itself. */
function topOf(fleet: Fleet, agent: Agent): string {
  let top = agent;
  for (let above = parentOf(fleet, top); above !== undefined; above = parentOf(fleet, top)) top = above;
  return top.facts.agent_id;
}

const parentOf = (fleet: Fleet, { facts }: Agent): Agent | undefined => fleet.agents.get(facts.parent_agent ?? '');
