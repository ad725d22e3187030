/**
 * What is done with an agent that was not over when the last coordinator went: one table, written out in
 * docs/recovery.md, too. Nothing is run again by itself: a run is started here only when it provably never began.
 */
import type { Claim } from './exit-record.ts';
import type { IdentityCheck } from './ownership.ts';

/** Everything there is to know. Each combination meets exactly one row: the first that fits. */
export interface LeftBehind {
  readonly life: 'queued' | 'backoff' | 'starting' | 'running' | 'paused' | 'stopping';
  /** Of the launcher. `none`: the journal names no process yet. */
  readonly identity: IdentityCheck | 'none';
  readonly boot: 'same' | 'other';
  readonly claim: Claim['is'];
  /** What the exit record says; `none`: it is missing or torn. */
  readonly exit: 'zero' | 'other' | 'none';
  /** What the runtime's own output states. */
  readonly result: 'good' | 'error' | 'none';
  /** `valid`: written during the run, names the agent, has every section. */
  readonly report: 'valid' | 'other';
}

export type Recovery =
  /** It takes its place in the queue again. */
  | 'enqueue'
  /** Its back-off goes on to the moment it had. */
  | 'back_off'
  /** The same attempt is started, by the queue. */
  | 'start'
  /** It is watched to its end; a stop that was under way is carried on. Paused, it is frozen again; resumed, thawed again. */
  | 'adopt'
  /** The same, and never signalled: nothing tells whether the process is ours. */
  | 'adopt_unverified'
  /** Asked again soon: the launcher claims or leaves within milliseconds. After a bounded time it is ended, and asked for the last time. */
  | 'wait'
  /** What tells how it ended decides. */
  | 'settle'
  /** It ends as stopped without ever having begun. */
  | 'end_unbegun';

export interface RecoveryRow {
  /** What is not named is any. */
  readonly when: { readonly [K in keyof LeftBehind]?: readonly LeftBehind[K][] };
  readonly action: Recovery;
  /** Its next state. For what is settled the final one, before a restart that was asked for. */
  readonly state:
    'queued' | 'backoff' | 'starting' | 'running' | 'paused' | 'stopping' | 'completed' | 'failed' | 'stopped' | 'lost';
  readonly why: string;
}

const over = ['mismatch', 'gone', 'none'] as const;
const begun = ['claimed', 'unreadable'] as const;

export const recoveryTable: readonly RecoveryRow[] = [
  { when: { life: ['queued'] }, action: 'enqueue', state: 'queued', why: 'it never began' },
  {
    when: { life: ['backoff'] },
    action: 'back_off',
    state: 'backoff',
    why: 'its last attempt is over, the next was asked for',
  },

  // Its end is on record, whatever lives under its number by now.
  {
    when: { life: ['stopping'], exit: ['zero', 'other'] },
    action: 'settle',
    state: 'stopped',
    why: 'it ended, as was wanted',
  },
  { when: { exit: ['zero'], result: ['error'] }, action: 'settle', state: 'failed', why: 'its output states an error' },
  { when: { exit: ['zero'] }, action: 'settle', state: 'completed', why: 'exit record: 0' },
  { when: { exit: ['other'] }, action: 'settle', state: 'failed', why: 'exit record: not 0' },

  // The journal names a process only before the launcher is let go: without one nothing was.
  { when: { life: ['starting'], claim: ['absent'] }, action: 'start', state: 'starting', why: 'it was never let go' },
  {
    when: { life: ['starting'], identity: ['none'], claim: ['unreadable'] },
    action: 'start',
    state: 'starting',
    why: 'it was never let go; its folder may be lost',
  },
  {
    when: { life: ['stopping'], identity: ['none'], claim: ['absent', 'unreadable'] },
    action: 'end_unbegun',
    state: 'stopped',
    why: 'it was never let go, and is not wanted any more',
  },

  // Something lives that is, or may be, its launcher.
  {
    when: { life: ['stopping'], identity: ['unknown'] },
    action: 'adopt_unverified',
    state: 'stopping',
    why: 'a process that may be ours is not signalled',
  },
  {
    when: { life: ['paused'], identity: ['unknown'] },
    action: 'adopt_unverified',
    state: 'paused',
    why: 'a process that may be ours is not signalled: frozen when it is known',
  },
  {
    when: { identity: ['unknown'] },
    action: 'adopt_unverified',
    state: 'running',
    why: 'a process that may be ours is not signalled',
  },
  {
    when: { life: ['stopping'], identity: ['match'], claim: begun },
    action: 'adopt',
    state: 'stopping',
    why: 'it lives; the stop is carried on',
  },
  {
    when: { life: ['paused'], identity: ['match'], claim: begun },
    action: 'adopt',
    state: 'paused',
    why: 'it lives; it is frozen again',
  },
  {
    when: { identity: ['match'], claim: begun },
    action: 'adopt',
    state: 'running',
    why: 'it lives, or its launcher is about to write its end; thawed where it was resumed',
  },
  {
    when: { life: ['stopping'], identity: ['match'] },
    action: 'wait',
    state: 'stopping',
    why: 'it was let go this moment, or never',
  },
  {
    when: { life: ['paused'], identity: ['match'] },
    action: 'wait',
    state: 'paused',
    why: 'it was let go this moment, or never',
  },
  { when: { identity: ['match'] }, action: 'wait', state: 'running', why: 'it was let go this moment, or never' },

  // Nobody is there. On the same boot a missing claim proves that nothing began; claims are not synced, so after another boot it does not.
  {
    when: { life: ['stopping'], boot: ['same'], claim: ['absent'] },
    action: 'end_unbegun',
    state: 'stopped',
    why: 'its launcher left without beginning',
  },
  {
    when: { life: ['running'], boot: ['same'], claim: ['absent'] },
    action: 'start',
    state: 'starting',
    why: 'its launcher left without beginning',
  },
  {
    when: { life: ['paused'], boot: ['same'], claim: ['absent'] },
    action: 'start',
    state: 'paused',
    why: 'its launcher left without beginning; it is started when it is resumed',
  },
  {
    when: { life: ['stopping'], identity: over },
    action: 'settle',
    state: 'stopped',
    why: 'it is gone, as was wanted',
  },
  {
    when: { identity: over, result: ['error'] },
    action: 'settle',
    state: 'failed',
    why: 'no exit was seen; its output states an error',
  },
  {
    when: { identity: over, result: ['good'] },
    action: 'settle',
    state: 'completed',
    why: 'no exit was seen; its output states a result',
  },
  {
    when: { identity: over, report: ['valid'] },
    action: 'settle',
    state: 'completed',
    why: 'no exit was seen; it wrote its report',
  },
  { when: { identity: over }, action: 'settle', state: 'lost', why: 'nothing tells how it ended' },
];

export function recoveryRow(left: LeftBehind): RecoveryRow {
  const row = recoveryTable.find(({ when }) => fits(when, left));
  if (row === undefined) throw new Error(`the recovery table has no row for ${JSON.stringify(left)}`);
  return row;
}

export function fits(when: RecoveryRow['when'], left: LeftBehind): boolean {
  const isOneOf = <K extends keyof LeftBehind>(key: K): boolean => when[key]?.includes(left[key]) ?? true;
  return leftBehindKeys.every(isOneOf);
}

export const leftBehindKeys = ['life', 'identity', 'boot', 'claim', 'exit', 'result', 'report'] as const;

/** The table as Markdown, for docs/recovery.md. */
export function recoveryMarkdown(): string {
  const head = [...leftBehindKeys, 'done', 'state', 'why'];
  const rows = recoveryTable.map(({ when, action, state, why }) => [
    ...leftBehindKeys.map((key) => when[key]?.join(', ') ?? '-'),
    action,
    state,
    why,
  ]);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}
