import type { ReactNode } from 'react';
import type { Bucket } from '../selectors/fleet-filter.ts';
import type { Total } from '../selectors/fleet-totals.ts';
import { count } from '../selectors/format.ts';
import type { RollUp } from '../selectors/roll-up.ts';
import type { Shape, Tone } from '../selectors/status-language.ts';
import { StatusShape } from './status-shape.tsx';
import './summary-strip.css';

interface SummaryStripProps {
  readonly counts: RollUp;
  /** Which of them the tree shows; none: all. */
  readonly show: ReadonlySet<Bucket>;
  readonly onToggle: (bucket: Bucket) => void;
  /** What all of them use, each with its unit. */
  readonly totals: readonly Total[];
}

/** The whole fleet in one line. Each count is a switch: the tree then shows those alone. */
export function SummaryStrip({ counts, show, onToggle, totals }: SummaryStripProps): ReactNode {
  const figure = (bucket: Bucket, word: string, shape: Shape, tone: Tone): ReactNode => (
    <Figure
      value={counts[bucket]}
      isOn={show.has(bucket)}
      onToggle={() => onToggle(bucket)}
      word={word}
      shape={shape}
      tone={tone}
    />
  );
  return (
    <div className="summary">
      <ul className="summary-figures" aria-label="Fleet in numbers">
        {figure('running', 'running', 'disc', 'good')}
        {figure('queued', 'queued', 'ring', 'neutral')}
        {figure(
          'attention',
          counts.attention === 1 ? 'needs attention' : 'need attention',
          'triangle',
          counts.attention === 0 ? 'neutral' : 'warning',
        )}
        {figure('done', 'done', 'check', 'good')}
        {(counts.stopped > 0 || show.has('stopped')) && figure('stopped', 'stopped', 'square', 'neutral')}
      </ul>
      <dl className="summary-totals" aria-label="What the fleet uses">
        {totals.map(({ word, value, title }) => (
          <div key={word} title={title}>
            <dt>{word}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

interface FigureProps {
  readonly value: number;
  readonly isOn: boolean;
  readonly onToggle: () => void;
  readonly word: string;
  readonly shape: Shape;
  readonly tone: Tone;
}

function Figure({ value, isOn, onToggle, word, shape, tone }: FigureProps): ReactNode {
  const loud = tone === 'warning' ? ' summary-loud' : '';
  return (
    <li>
      <button
        type="button"
        className={`summary-figure${value === 0 ? ' summary-none' : ''}${loud}`}
        aria-pressed={isOn}
        title={isOn ? 'Show all again' : `Show only those: ${word}`}
        onClick={onToggle}
        style={{ minWidth: `${word.length + 6}ch` }}
      >
        <StatusShape shape={shape} tone={value === 0 ? 'neutral' : tone} />
        <strong>{count(value)}</strong> {word}
      </button>
    </li>
  );
}
