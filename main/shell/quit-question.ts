/** What Quit asks, as data. Pure; `quit.ts` shows it. */
import { isActive } from '../../protocol/agent.ts';
import { type Fleet, livingAgents } from '../../protocol/fleet.ts';

export type QuitChoice = 'keep' | 'stop' | 'cancel';

/** An update that Quit would install. */
export interface WaitingUpdate {
  readonly version: string;
  /** Agents at work inside Ziggie's own program, which the update replaces. */
  readonly programUsers: number;
}

/** `restart`: the operator wants the update, and Ziggie back afterwards. */
export interface QuitIntent {
  readonly restart: boolean;
  /** null: there is none, or it is not to be installed at this quit. */
  readonly update: WaitingUpdate | null;
}

export interface QuitQuestion {
  readonly message: string;
  readonly detail: string;
  /** In this order; the first is the default, and Escape cancels. */
  readonly buttons: readonly { readonly label: string; readonly choice: QuitChoice }[];
}

/** The question, or null when nothing runs or waits, so that nothing needs asking. */
export function quitQuestion(fleet: Fleet, intent: QuitIntent): QuitQuestion | null {
  const living = livingAgents(fleet);
  if (living.length === 0) return null;
  const running = living.filter(isActive).length;
  const queued = living.length - running;
  const keep = { label: running > 0 ? 'Keep them running' : 'Keep them in the queue', choice: 'keep' } as const;
  const stop = { label: 'Stop them all', choice: 'stop' } as const;
  const cancel = { label: 'Cancel', choice: 'cancel' } as const;
  const isHeld = intent.restart && (intent.update?.programUsers ?? 0) > 0;
  return {
    message: `${sentence(running, queued)} ${intent.restart ? `Restart Ziggie to install version ${intent.update?.version}?` : 'Quit Ziggie?'}`,
    detail: [
      ...(isHeld ? [] : [whatKeepingMeans(running)]),
      'Stopping ends every agent and everything it started.',
      ...aboutTheUpdate(intent),
    ].join('\n\n'),
    buttons: isHeld ? [{ ...cancel, label: 'Wait until they have ended' }, stop] : [keep, stop, cancel],
  };
}

function sentence(running: number, queued: number): string {
  if (running === 0) return queued === 1 ? '1 agent waits in the queue.' : `${queued} agents wait in the queue.`;
  const runs = running === 1 ? '1 agent is still running' : `${running} agents are still running`;
  return queued === 0 ? `${runs}.` : `${runs} and ${queued} more in the queue.`;
}

const whatKeepingMeans = (running: number): string =>
  running > 0
    ? 'Agents that are kept go on without Ziggie and are found again at its next start; until then nobody deploys or stops any.'
    : 'Agents in the queue keep their place and are started after the next start of Ziggie.';

function aboutTheUpdate({ restart, update }: QuitIntent): string[] {
  if (update === null) return [];
  const { version, programUsers } = update;
  if (programUsers === 0) {
    return restart
      ? []
      : [`Version ${version} is installed once Ziggie has quit. Agents that are kept are not touched by that.`];
  }
  const who = programUsers === 1 ? '1 of them runs' : `${programUsers} of them run`;
  const inside = `${who} inside Ziggie’s own program (demo agents, approvals), which the update replaces.`;
  return [
    restart
      ? `${inside} The update has to wait for that.`
      : `${inside} If kept, version ${version} is installed at a later quit.`,
  ];
}
