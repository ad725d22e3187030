import type { ReactNode } from 'react';
import { Button } from '@fluentui/react-components';
import type { FollowState } from '../../clients/typescript/follow-state.ts';
import { ago, clockTime } from '../selectors/format.ts';
import { StatusShape } from './status-shape.tsx';
import './connection-state.css';

/** The state of the connection in a word, for the header. */
export function ConnectionWord({ state }: { readonly state: FollowState }): ReactNode {
  const { shape, tone, word } = words[state.status];
  return (
    <span className="connection-word" role="status">
      <StatusShape shape={shape} tone={tone} />
      {word}
    </span>
  );
}

const words = {
  connecting: { shape: 'half', tone: 'brand', word: 'connecting' },
  live: { shape: 'disc', tone: 'good', word: 'connected' },
  lost: { shape: 'dashed', tone: 'warning', word: 'disconnected' },
  refused: { shape: 'barred', tone: 'bad', word: 'not accepted' },
} as const;

interface ConnectionBarProps {
  readonly state: FollowState;
  readonly now: number;
  /** Something is on screen that may be out of date. */
  readonly shows: boolean;
  readonly onRetry: () => void;
}

/** Shown only while the connection is lost: since when, what is tried next, and why. */
export function ConnectionBar({ state, now, shows, onRetry }: ConnectionBarProps): ReactNode {
  if (state.status !== 'lost') return null;
  const since = new Date(state.since).toISOString();
  const wait = state.nextTryAt === null ? null : Math.max(0, Math.ceil((state.nextTryAt - now) / 1000));
  return (
    <div className="connection-bar" role="alert" aria-live="off">
      <span title={state.failure.message}>
        Not connected since {clockTime(since, now)} ({ago((now - state.since) / 1000)}).
        {shows && ' What you see is how it was then.'}
      </span>
      <span className="connection-next">{wait === null ? 'Trying now …' : `Next try in ${wait} s`}</span>
      <Button size="small" appearance="outline" onClick={onRetry} disabled={wait === null}>
        Try now
      </Button>
    </div>
  );
}
