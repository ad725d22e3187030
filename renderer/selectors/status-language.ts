/**
 * How a status is said on screen: a shape, a colour and a word, so that none of the three is needed alone. What needs a
 * person is amber or red; everything else stays calm.
 */
import type { Agent } from '../../protocol/agent.ts';
import { nextToStart } from '../../protocol/next-to-start.ts';
import { heldWords, holdOf, holdWords } from '../../protocol/hold.ts';
import { agentRecord } from '../../protocol/record.ts';
import { askedWords, type Verb } from './agent-actions.ts';
import { visible } from './visible-text.ts';
import { ago, counted, duration } from './format.ts';

export type Shape =
  | 'ring'
  | 'half'
  | 'disc'
  | 'bars'
  | 'dashed'
  | 'check'
  | 'check-dot'
  | 'triangle'
  | 'cross'
  | 'question'
  | 'clock'
  | 'square'
  | 'barred';

export type Tone = 'neutral' | 'brand' | 'good' | 'warning' | 'bad';

export interface StatusWords {
  readonly shape: Shape;
  readonly tone: Tone;
  /** One or two words that name the state. */
  readonly word: string;
  /** What stands behind it, in words; null when the word says all. */
  readonly detail: string | null;
}

/** What the words depend on beside the agent itself. */
export interface StatusContext {
  /** 1-based place among the waiting; null when it does not wait. */
  readonly queuePosition: number | null;
  /** Seconds since the coordinator was last heard; null while connected. */
  readonly unheardSeconds: number | null;
  /** What was asked for it a moment ago, and is not answered yet. */
  readonly asked?: Verb | null;
}

export const calm: StatusContext = { queuePosition: null, unheardSeconds: null };

export function statusWords(agent: Agent, context: StatusContext): StatusWords {
  const words = plainWords(agent, context);
  return words.detail === null ? words : { ...words, detail: visible(words.detail) };
}

function plainWords(agent: Agent, context: StatusContext): StatusWords {
  const { life } = agent;
  const asked = context.asked ?? null;
  if (asked !== null && life.status !== 'stopping') {
    return { shape: 'half', tone: 'neutral', word: askedWords[asked], detail: 'asked for just now' };
  }
  if (life.status === 'ended') return endedWords(agent);
  if (life.status === 'never_began') return neverBeganWords(agent);
  const words = livingWords(agent, context);
  if (context.unheardSeconds === null) return words;
  // Nobody says any more that it is so: the last known word stays, its age beside it.
  return { ...words, shape: 'dashed', tone: 'neutral', detail: `last seen ${ago(context.unheardSeconds)}` };
}

function livingWords({ life, usage, asking }: Agent, { queuePosition }: StatusContext): StatusWords {
  const hold = holdOf(life);
  if (hold !== null && life.status !== 'paused') {
    return { shape: 'bars', tone: 'neutral', word: 'held', detail: heldWords(hold) };
  }
  switch (life.status) {
    case 'queued':
      return { shape: 'ring', tone: 'neutral', word: 'waiting', detail: waitingDetail(life.reason, queuePosition) };
    case 'starting':
      return {
        shape: 'half',
        tone: 'brand',
        word: 'starting',
        detail: life.attempt > 1 ? `try ${life.attempt}` : null,
      };
    case 'running':
      if (asking?.[0] !== undefined) return askingWords(asking[0].tool, asking.length);
      return { shape: 'disc', tone: 'good', word: 'running', detail: usage.activity };
    case 'paused':
      return { shape: 'bars', tone: 'neutral', word: 'paused', detail: holdWords(life).replace(/^paused /, '') };
    case 'stopping': {
      const why = stoppingDetail(life);
      return { shape: 'half', tone: 'neutral', word: 'stopping', detail: why };
    }
    case 'backoff':
      return { shape: 'ring', tone: 'neutral', word: 'restarting', detail: life.reason };
    case 'ended':
    case 'never_began':
      return { shape: 'dashed', tone: 'neutral', word: 'unknown', detail: null };
  }
}

const askingWords = (tool: string, count: number): StatusWords => ({
  shape: 'triangle',
  tone: 'warning',
  word: 'asks',
  detail: `approval of ${tool}${count === 1 ? '' : ` and ${count - 1} more`}`,
});

function stoppingDetail({ reason, by }: Extract<Agent['life'], { status: 'stopping' }>): string {
  switch (reason) {
    case 'timeout':
      return 'time is up';
    case 'log_limit':
      return 'log too large';
    case 'process_limit':
      return 'too many processes';
    case 'budget':
      return 'its budget is used up';
    case 'stop':
    case 'shutdown':
      return `by ${by}`;
  }
}

function waitingDetail(given: string, position: number | null): string {
  // The word before it says so already.
  const reason = given.replace(/^waiting: /, '');
  if (reason === nextToStart || position === null) return reason;
  return `${reason} · ${position === 1 ? 'first in the queue' : `place ${position} in the queue`}`;
}

function endedWords(agent: Agent): StatusWords {
  const { ending } = agent.life as Extract<Agent['life'], { status: 'ended' }>;
  switch (ending.status) {
    case 'completed':
      return completedWords(agent);
    case 'failed':
      return { shape: 'cross', tone: 'bad', word: 'failed', detail: ending.status_reason };
    case 'lost':
      return { shape: 'question', tone: 'bad', word: 'lost', detail: 'vanished, no exit seen' };
    case 'timed_out':
      return { shape: 'clock', tone: 'bad', word: 'timed out', detail: `over ${duration(agent.facts.max_runtime)}` };
    case 'stopped':
      return survivors(agent) ?? { shape: 'square', tone: 'neutral', word: 'stopped', detail: ending.status_reason };
  }
}

/** A stop that left processes behind needs a person, whatever else it was. */
function survivors({ life }: Agent): StatusWords | null {
  const left = life.status === 'ended' ? life.ending.survivors.length : 0;
  if (left === 0) return null;
  return {
    shape: 'triangle',
    tone: 'warning',
    word: 'stopped',
    detail: `${counted(left, 'process', 'processes')} left`,
  };
}

function completedWords(agent: Agent): StatusWords {
  const report = reportState(agent);
  switch (report.kind) {
    case 'missing':
      return { shape: 'triangle', tone: 'warning', word: 'done', detail: 'no report' };
    case 'problems':
      return { shape: 'check-dot', tone: 'warning', word: 'done', detail: `report: ${report.text}` };
    default:
      return { shape: 'check', tone: 'good', word: 'done', detail: null };
  }
}

function neverBeganWords({ life }: Agent): StatusWords {
  const { as, failure } = life as Extract<Agent['life'], { status: 'never_began' }>;
  switch (as) {
    case 'refused':
      return { shape: 'barred', tone: 'bad', word: 'not started', detail: `${failure.code}: ${failure.message}` };
    case 'expired':
      return { shape: 'clock', tone: 'neutral', word: 'expired', detail: 'not started in time' };
    case 'cancelled':
      return { shape: 'square', tone: 'neutral', word: 'cancelled', detail: 'before it started' };
  }
}

/** Where a completion report stands. `text` is what the row shows. */
export interface ReportState {
  readonly kind: 'none' | 'due' | 'not-required' | 'in' | 'missing' | 'problems';
  readonly text: string;
}

export function reportState(agent: Agent): ReportState {
  const { life, facts } = agent;
  if (life.status === 'never_began' || life.status === 'queued' || life.status === 'backoff')
    return { kind: 'none', text: '' };
  if (life.status !== 'ended') return facts.report_required ? { kind: 'due', text: 'due' } : { kind: 'none', text: '' };
  const { report_exists, report_problems } = life.ending;
  if (report_problems.some(({ code }) => code === 'missing')) return { kind: 'missing', text: 'missing' };
  if (report_problems.length > 0) return { kind: 'problems', text: counted(report_problems.length, 'problem') };
  if (report_exists) return { kind: 'in', text: 'in' };
  return facts.report_required ? { kind: 'none', text: '' } : { kind: 'not-required', text: 'not required' };
}

/** The one rule for "needs a person": something went wrong that nobody has been asked to mend. */
export function needsAttention(agent: Agent): boolean {
  const { life } = agent;
  if (life.status === 'never_began') return life.as === 'refused';
  if (life.status !== 'ended') return false;
  const { status, report_problems, survivors: left } = life.ending;
  if (left.length > 0) return true;
  if (status === 'completed') return report_problems.length > 0;
  return status === 'failed' || status === 'lost' || status === 'timed_out';
}

/** Which signal backs the status and how old it is, in words for people. `age` null: unknown. */
export function evidenceWords(agent: Agent, age: string | null): string {
  const { source } = agentRecord(agent).evidence;
  const when = age === null ? '' : ` ${age}`;
  if (source === 'process') return `process started${when}, no exit seen`;
  return `${evidenceName(source)}${when}`;
}

/** A source of evidence in words. */
export const evidenceName = (source: string): string => evidenceNames.get(source) ?? source;

const evidenceNames: ReadonlyMap<string, string> = new Map([
  ['journal', 'recorded in the journal'],
  ['exit_event', 'exit seen by the coordinator'],
  ['exit_record', 'exit record of the launcher'],
  ['result_line', 'result line in its output'],
  ['report', 'report written during its run, no exit seen'],
  ['never_began', 'found never begun'],
  ['none', 'found gone'],
  ['unverified', 'process not verified'],
  ['unattended', 'process alive without its launcher'],
]);
