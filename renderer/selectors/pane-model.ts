/** What the head of an agent's pane says. */
import type { Agent } from '../../protocol/agent.ts';
import type { Fleet } from '../../protocol/fleet.ts';
import type { Verb } from './agent-actions.ts';
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

/** `now` in ms since the epoch. `unheardSeconds`, `asked`: see StatusContext. */
export function paneModel(
  fleet: Fleet,
  agent: Agent,
  now: number,
  unheardSeconds: number | null,
  asked: Verb | null = null,
): PaneModel {
  const { agent_id: id, agent_type: type } = agent.facts;
  const queuePosition = agent.life.status === 'queued' ? (queuePlaces(fleet).get(id) ?? null) : null;
  return {
    title: agentTitle(agent),
    type,
    words: statusWords(agent, { queuePosition, unheardSeconds, asked }),
    time: runTime(agent, now),
  };
}
