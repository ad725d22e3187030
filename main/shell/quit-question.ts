/** What Quit asks, as data. Pure; `quit.ts` shows it. */
import { isActive } from '../../protocol/agent.ts';
import { type Fleet, livingAgents } from '../../protocol/fleet.ts';

/** In the order of the buttons; keeping is the default and Escape cancels. */
export const quitChoices = ['keep', 'stop', 'cancel'] as const;
export type QuitChoice = (typeof quitChoices)[number];

export interface QuitQuestion {
  readonly message: string;
  readonly detail: string;
  readonly buttons: readonly string[];
}

/** The question, or null when nothing runs or waits, so that nothing needs asking. */
export function quitQuestion(fleet: Fleet): QuitQuestion | null {
  const living = livingAgents(fleet);
  if (living.length === 0) return null;
  const running = living.filter(isActive).length;
  const queued = living.length - running;
  return {
    message: `${sentence(running, queued)} Quit Ziggie?`,
    detail: [
      running > 0
        ? 'Agents that are kept go on without Ziggie and are found again at its next start; until then nobody deploys or stops any.'
        : 'Agents in the queue keep their place and are started after the next start of Ziggie.',
      'Stopping ends every agent and everything it started.',
    ].join('\n\n'),
    buttons: [running > 0 ? 'Keep them running' : 'Keep them in the queue', 'Stop them all', 'Cancel'],
  };
}

function sentence(running: number, queued: number): string {
  if (running === 0) return queued === 1 ? '1 agent waits in the queue.' : `${queued} agents wait in the queue.`;
  const runs = running === 1 ? '1 agent is still running' : `${running} agents are still running`;
  return queued === 0 ? `${runs}.` : `${runs} and ${queued} more in the queue.`;
}
