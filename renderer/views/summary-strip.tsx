import type { ReactNode } from 'react';
import { count } from '../selectors/format.ts';
import type { RollUp } from '../selectors/roll-up.ts';
import type { Shape, Tone } from '../selectors/status-language.ts';
import { StatusShape } from './status-shape.tsx';
import './summary-strip.css';

/** The whole fleet in one line. Fleets that stopped nothing do not speak of stopping. */
export function SummaryStrip({ counts }: { readonly counts: RollUp }): ReactNode {
  return (
    <ul className="summary" aria-label="Fleet in numbers">
      <Figure value={counts.running} word="running" shape="disc" tone="good" />
      <Figure value={counts.queued} word="queued" shape="ring" tone="neutral" />
      <Figure
        value={counts.attention}
        word={counts.attention === 1 ? 'needs attention' : 'need attention'}
        shape="triangle"
        tone={counts.attention === 0 ? 'neutral' : 'warning'}
      />
      <Figure value={counts.done} word="done" shape="check" tone="good" />
      {counts.stopped > 0 && <Figure value={counts.stopped} word="stopped" shape="square" tone="neutral" />}
    </ul>
  );
}

interface FigureProps {
  readonly value: number;
  readonly word: string;
  readonly shape: Shape;
  readonly tone: Tone;
}

function Figure({ value, word, shape, tone }: FigureProps): ReactNode {
  const loud = tone === 'warning' ? ' summary-loud' : '';
  return (
    <li
      className={`summary-figure${value === 0 ? ' summary-none' : ''}${loud}`}
      style={{ minWidth: `${word.length + 4}ch` }}
    >
      <StatusShape shape={shape} tone={value === 0 ? 'neutral' : tone} />
      <strong>{count(value)}</strong> {word}
    </li>
  );
}
