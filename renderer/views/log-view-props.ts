/** What a log is drawn from, as lines or as a transcript. */
import type { ReactNode } from 'react';
import type { FollowPhase } from '../log/log-follower.ts';
import type { LogWindow } from '../log/log-window.ts';
import type { TranscriptEntry } from '../log/transcript.ts';

export interface LogViewProps {
  readonly label: string;
  readonly window: LogWindow;
  /** What to draw in place of lines; null: the lines. */
  readonly transcript: readonly TranscriptEntry[] | null;
  readonly phase: FollowPhase;
  readonly loadingEarlier: boolean;
  readonly loadingLater: boolean;
  /** What an empty log says. */
  readonly emptyText: string;
  /** The newest lines are on screen and stay there. */
  readonly atEnd: boolean;
  /** Lines that came since the view left the end. */
  readonly newLines: number;
  /** Long lines go on in the next row. */
  readonly wraps: boolean;
  /** What is looked for; null: nothing is. */
  readonly pattern: RegExp | null;
  /** The byte of the log that was gone to; null: none was. */
  readonly goneTo: number | null;
  /** Counts how often a place was gone to: the same one may be asked for again. */
  readonly asked: number;
  /** Above the log. */
  readonly bar: ReactNode;
  readonly onAtEnd: (atEnd: boolean) => void;
  readonly onLoadEarlier: () => void;
  readonly onLoadLater: () => void;
  readonly onToEnd: () => void;
}
