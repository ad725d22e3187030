/** What one agent cannot go on without, and since when. Only what the coordinator knows: nothing is guessed. */
import type { Agent } from '../../protocol/agent.ts';
import type { Fleet } from '../../protocol/fleet.ts';
import { holdOf, holdWords } from '../../protocol/hold.ts';
import { queuePlaces } from './queue-places.ts';
import { expiryOf, freedBy } from './queue-rows.ts';
import { visible } from './visible-text.ts';

export interface Wait {
  /** Names it among the waits of the agent. */
  readonly key: string;
  /** "approval of Bash", "its branch, paused by operator". */
  readonly what: string;
  /** ISO 8601 UTC. */
  readonly since: string;
  /** When it is over by itself, and what becomes of it; null: never. */
  readonly until: { readonly at: string; readonly becomes: string } | null;
  /** Where something can be done about it; null: nowhere. */
  readonly href: string | null;
}

export function waitsFor(fleet: Fleet, agent: Agent): readonly Wait[] {
  const approvals = (agent.asking ?? []).map(({ approval_id, tool, since }): Wait => {
    const expires = fleet.approvals.get(approval_id)?.expires_at ?? null;
    return {
      key: approval_id,
      what: `approval of ${visible(tool)}`,
      since,
      until: expires === null ? null : { at: expires, becomes: 'then it counts as denied' },
      href: '#/approvals',
    };
  });
  return [...approvals, ...lifeWaits(fleet, agent)];
}

function lifeWaits(fleet: Fleet, agent: Agent): readonly Wait[] {
  const { life, facts } = agent;
  const hold = holdOf(life);
  if (hold !== null) {
    const what = life.status === 'paused' ? 'being resumed' : 'its branch being resumed';
    return [{ key: 'hold', what: `${what}: ${visible(holdWords(hold))}`, since: hold.since, until: null, href: null }];
  }
  switch (life.status) {
    case 'queued': {
      const place = queuePlaces(fleet).get(facts.agent_id);
      const expires = expiryOf(agent);
      return [
        {
          key: 'queue',
          what: visible(
            `its turn: ${life.reason.replace(/^waiting: /, '')}${place === undefined ? '' : `, place ${place}`}; it starts ${freedBy(life.reason)}`,
          ),
          since: life.since,
          until: expires === null ? null : { at: expires, becomes: 'then it expires' },
          href: '#/queue',
        },
      ];
    }
    case 'backoff':
      return [
        {
          key: 'backoff',
          what: `the next attempt: ${visible(life.reason)}`,
          since: life.since,
          until: { at: life.until, becomes: 'then it is due' },
          href: '#/queue',
        },
      ];
    case 'stopping':
      return [{ key: 'stop', what: 'its processes to end', since: life.since, until: null, href: null }];
    default:
      return [];
  }
}
