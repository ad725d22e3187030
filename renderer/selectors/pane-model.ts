/** What the head of an agent's pane says. */
import { type Agent, isEnded } from '../../protocol/agent.ts';
import { type Fleet, subtree } from '../../protocol/fleet.ts';
import { queuePlaces } from './queue-places.ts';
import { runTime } from './row-cells.ts';
import { agentTitle } from './tree-rows.ts';
import { type StatusWords, statusWords } from './status-language.ts';

export interface PaneModel {
  readonly title: string;
  readonly type: string;
  readonly words: StatusWords;
  /** How long it has run, or took; '' when it has not run. */
  readonly time: string;
}

/** `now` in ms since the epoch. `unheardSeconds`: see StatusContext. */
export function paneModel(fleet: Fleet, agent: Agent, now: number, unheardSeconds: number | null): PaneModel {
  const { agent_id: id, agent_type: type } = agent.facts;
  const queuePosition = agent.life.status === 'queued' ? (queuePlaces(fleet).get(id) ?? null) : null;
  return {
    title: agentTitle(agent),
    type,
    words: statusWords(agent, { queuePosition, unheardSeconds }),
    time: runTime(agent, now),
  };
}

/** Agents of the branch that run or wait: what a stop would end. */
export const livingIn = (fleet: Fleet, agentId: string): number =>
  subtree(fleet, agentId).filter((agent) => !isEnded(agent)).length;
