/** What the journal says of an agent, in words. */
import type { Sequenced, ZiggieEvent } from '../../protocol/events.ts';
import { wordsFor } from '../../protocol/life-lines.ts';
import { dollars, short } from './format.ts';
import { visible } from './visible-text.ts';

export interface EventLine {
  readonly seq: number;
  /** ISO 8601. */
  readonly at: string;
  readonly words: string;
  /** The whole event as JSON. */
  readonly json: string;
}

/** Newest first. */
export const eventLines = (events: readonly Sequenced[]): readonly EventLine[] =>
  events
    .map(({ seq, event }) => ({
      seq,
      at: event.at,
      words: visible(wordsOf(event)),
      json: visible(JSON.stringify(event)),
    }))
    .reverse();

function wordsOf(event: ZiggieEvent): string {
  switch (event.type) {
    case 'agent_accepted':
      return `was accepted by the door "${event.facts.door}"`;
    case 'batch_accepted':
      return 'was accepted, in a batch';
    case 'agents_requeued':
      return `is to run once more, says ${event.by}`;
    case 'agents_forgotten':
      return 'was forgotten: kept long enough';
    case 'agent_usage': {
      const { tokens, cost_usd, activity } = event.usage;
      const used = tokens === null ? null : tokens.input + tokens.output + tokens.cache_read + tokens.cache_write;
      const parts = [
        activity === null ? '' : `is at ${activity}`,
        used === null ? '' : `${short(used)} tokens`,
        cost_usd === null ? '' : dollars(cost_usd),
      ].filter((part) => part !== '');
      return parts.length === 0 ? 'told what it uses' : parts.join(', ');
    }
    case 'inbox_acknowledged':
      return 'took note of its messages';
    case 'request_done':
      return `request ${event.request_id} of ${event.by} was carried out: ${event.action}`;
    case 'external_seen':
      return 'was seen as a parent outside';
    default:
      return 'agent_id' in event ? (wordsFor(event) ?? event.type) : event.type;
  }
}
