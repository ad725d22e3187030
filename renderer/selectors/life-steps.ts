/** The life of one agent as steps, each with what backs it, from its events in the journal. */
import type { EndStatus } from '../../protocol/agent.ts';
import type { Sequenced, ZiggieEvent } from '../../protocol/events.ts';
import { wordsFor } from '../../protocol/life-lines.ts';
import { secondsSince } from './format.ts';
import { evidenceName, type Shape, type Tone } from './status-language.ts';
import { visible } from './visible-text.ts';

export interface LifeStep {
  /** Place in the journal of the event that began it. */
  readonly seq: number;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly shape: Shape;
  readonly tone: Tone;
  readonly word: string;
  /** What stands behind the word; '' when the word says all. */
  readonly detail: string;
  /** What says so. */
  readonly evidence: string;
  /** Seconds until the next status, until now for the present one; null: it is no status that lasts. */
  readonly lasted: number | null;
  /** Reasons to wait that came before the last one, oldest first. */
  readonly earlier: readonly string[];
}

type Told = Pick<LifeStep, 'shape' | 'tone' | 'word' | 'detail' | 'evidence'> & {
  /** `end`: a status after which nothing goes on by itself; `note`: something that happens within a status. */
  readonly kind: 'status' | 'end' | 'note';
};

/** So many reasons of one waiting are kept; a busy queue gives a new one each second. */
const mostReasons = 10;

/** Newest first. `now` in ms since the epoch. */
export function lifeSteps(events: readonly Sequenced[], now: number): readonly LifeStep[] {
  const steps: (LifeStep & Pick<Told, 'kind'>)[] = [];
  let runs = false;
  for (const { seq, event } of events) {
    const told = tell(event, runs);
    runs = event.type === 'agent_started' || (runs && !stopsRunning.has(event.type));
    if (told === null) continue;
    const last = steps.at(-1);
    if (event.type === 'agent_waiting' && last?.word === waiting) {
      const earlier = last.detail === '' ? last.earlier : [...last.earlier, last.detail];
      steps[steps.length - 1] = { ...last, detail: visible(told.detail), earlier: earlier.slice(-mostReasons) };
      continue;
    }
    steps.push({ ...told, seq, at: event.at, detail: visible(told.detail), lasted: null, earlier: [] });
  }
  let until: number = now;
  for (let at = steps.length - 1; at >= 0; at--) {
    const step = steps[at];
    if (step === undefined || step.kind === 'note') continue;
    const seconds = step.kind === 'status' ? secondsSince(step.at, until) : null;
    steps[at] = { ...step, lasted: seconds === null ? null : Math.max(0, seconds) };
    const began = Date.parse(step.at);
    if (!Number.isNaN(began)) until = began;
  }
  return steps.reverse();
}

const waiting = 'waiting';
const journal = evidenceName('journal');

const stopsRunning: ReadonlySet<ZiggieEvent['type']> = new Set([
  'agent_restarting',
  'agent_ended',
  'agent_never_began',
]);

/** null: it is no turn in a life (what was used, messages that were read). `runs`: it has a process before the event. */
function tell(event: ZiggieEvent, runs: boolean): Told | null {
  const status = (shape: Shape, tone: Tone, word: string, detail = ''): Told => ({
    kind: 'status',
    shape,
    tone,
    word,
    detail,
    evidence: journal,
  });
  const note = (shape: Shape, tone: Tone, word: string, detail: string): Told => ({
    ...status(shape, tone, word, detail),
    kind: 'note',
  });
  switch (event.type) {
    case 'agent_accepted':
      return status('ring', 'neutral', 'accepted', `by the door "${event.facts.door}"`);
    case 'batch_accepted':
      return status('ring', 'neutral', 'accepted', `in a batch, by the door "${event.door}"`);
    case 'agents_requeued':
      return status('ring', 'neutral', 'queued again', `by ${event.by}${because(event.reason)}`);
    case 'agent_waiting':
      return status('ring', 'neutral', waiting, event.reason.replace(/^waiting: /, ''));
    case 'agent_starting':
      return status('half', 'brand', 'starting', event.attempt > 1 ? `attempt ${event.attempt}` : '');
    case 'agent_started':
      return {
        ...status('disc', 'good', 'running', `attempt ${event.attempt}`),
        evidence: `process ${event.identity.pid} seen alive`,
      };
    case 'agent_paused':
      return status('bars', 'neutral', 'paused', `by ${event.by}${because(event.reason)}`);
    case 'agent_resumed':
      return runs
        ? status('disc', 'good', 'running', `resumed by ${event.by}`)
        : status('ring', 'neutral', waiting, `resumed by ${event.by}`);
    case 'agent_doubted':
      if (event.doubt === null) return note('disc', 'good', 'beyond doubt again', '');
      return { ...note('dashed', 'warning', 'in doubt', ''), evidence: evidenceName(event.doubt) };
    case 'agent_stopping':
      return status('half', 'neutral', 'stopping', `by ${event.by}: ${event.detail ?? event.reason}`);
    case 'agent_restarting':
      return {
        ...status('cross', 'bad', 'failed', event.reason),
        evidence: evidenceName(event.ending.source),
      };
    case 'agent_ended': {
      const { status: as, status_reason: reason, source } = event.ending;
      return { ...status(...endLooks[as], reason), kind: 'end', evidence: evidenceName(source) };
    }
    case 'agent_never_began':
      return { ...status('barred', 'bad', event.as, event.failure.message), kind: 'end' };
    case 'approval_requested':
      if (event.granted_by !== undefined) return null; // It went on at once.
      return note('triangle', 'warning', 'asks', `approval of ${event.tool}`);
    case 'approval_decided': {
      const said = event.message === null ? '' : `: ${event.message}`;
      return note(
        event.outcome === 'allowed' ? 'check' : 'barred',
        event.outcome === 'allowed' ? 'good' : 'warning',
        event.outcome === 'expired' ? 'not answered in time' : event.outcome,
        `by ${event.by}${said}`,
      );
    }
    case 'agent_reprioritized':
      return note('ring', 'neutral', `priority ${event.priority}`, `by ${event.by}`);
    case 'replan_suggested':
      return note('triangle', 'warning', 'more than its share', wordsFor(event) ?? '');
    default:
      return null;
  }
}

const because = (reason: string | null): string => (reason === null ? '' : `: ${reason}`);

/** How an end looks, whatever its report is like. */
export const endLooks: Readonly<Record<EndStatus, readonly [Shape, Tone, string]>> = {
  completed: ['check', 'good', 'completed'],
  failed: ['cross', 'bad', 'failed'],
  stopped: ['square', 'neutral', 'stopped'],
  timed_out: ['clock', 'bad', 'timed out'],
  lost: ['question', 'bad', 'lost'],
};
