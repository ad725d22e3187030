/** The attempts of one agent, each with its outcome, from its events in the journal. */
import { type Agent, type Ending, isEnded } from '../../protocol/agent.ts';
import type { Sequenced } from '../../protocol/events.ts';
import { agentRecord } from '../../protocol/record.ts';
import { endLooks } from './life-steps.ts';
import { calm, evidenceName, statusWords, type StatusWords } from './status-language.ts';
import { visible } from './visible-text.ts';

export interface AttemptRow {
  /** From 1. */
  readonly attempt: number;
  /** ISO 8601 UTC; null: it has not begun to run, or that is kept no longer. */
  readonly startedAt: string | null;
  readonly pid: number | null;
  /** How long it ran, pauses not counted; null while it runs, and where it is not known. */
  readonly seconds: number | null;
  /** How it ended, or how it stands. */
  readonly outcome: StatusWords;
  /** What backs the outcome; '' while it goes on. */
  readonly evidence: string;
}

interface Known {
  startedAt: string | null;
  pid: number | null;
  ending: Ending | null;
  neverBegan: string | null;
}

/** Newest first. */
export function attemptRows(events: readonly Sequenced[], agent: Agent): readonly AttemptRow[] {
  const attempts = new Map<number, Known>();
  const of = (attempt: number): Known => {
    const known = attempts.get(attempt) ?? { startedAt: null, pid: null, ending: null, neverBegan: null };
    attempts.set(attempt, known);
    return known;
  };
  let present = 0;
  for (const { event } of events) {
    switch (event.type) {
      case 'agent_starting':
        present = event.attempt;
        of(present);
        break;
      case 'agent_started':
        present = event.attempt;
        Object.assign(of(present), { startedAt: event.at, pid: event.identity.pid });
        break;
      case 'agent_restarting':
      case 'agent_ended':
        // Who is stopped between two attempts ends with the number of the one before, whose outcome stays.
        if (event.attempt > 0) of(event.attempt).ending ??= event.ending;
        break;
      case 'agents_requeued':
        present = 0;
        break;
      case 'agent_never_began':
        if (present > 0) of(present).neverBegan ??= `${event.failure.code}: ${event.failure.message}`;
        break;
      default:
        break;
    }
  }
  const living = isEnded(agent) ? 0 : agentRecord(agent).attempt;
  return [...attempts]
    .sort(([a], [b]) => b - a)
    .map(([attempt, known]) => ({
      attempt,
      startedAt: known.startedAt,
      pid: known.pid,
      seconds: known.ending?.execution_time_seconds ?? null,
      outcome: outcomeOf(known, attempt === living ? agent : null),
      evidence: known.ending === null ? '' : evidenceName(known.ending.source),
    }));
}

/** `living`: the agent, where this is the attempt that goes on. */
function outcomeOf({ ending, neverBegan }: Known, living: Agent | null): StatusWords {
  if (ending !== null) {
    const [shape, tone, word] = endLooks[ending.status];
    return { shape, tone, word, detail: visible(ending.status_reason) };
  }
  if (neverBegan !== null) return { shape: 'barred', tone: 'bad', word: 'never began', detail: visible(neverBegan) };
  if (living !== null) return statusWords(living, calm);
  return { shape: 'dashed', tone: 'neutral', word: 'not known', detail: null };
}
