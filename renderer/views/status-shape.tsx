import type { ReactNode } from 'react';
import type { Shape, Tone } from '../selectors/status-language.ts';
import './status-shape.css';

/** The shape of a status in its colour. Decorative: the word always stands beside it. */
export function StatusShape({ shape, tone }: { readonly shape: Shape; readonly tone: Tone }): ReactNode {
  return (
    <svg
      className={`shape tone-${tone}`}
      data-shape={shape}
      viewBox="0 0 14 14"
      width="14"
      height="14"
      aria-hidden="true"
    >
      {drawings[shape]}
    </svg>
  );
}

const ring = <circle cx="7" cy="7" r="4.75" />;

const drawings: Readonly<Record<Shape, ReactNode>> = {
  ring,
  dashed: <circle cx="7" cy="7" r="4.75" strokeDasharray="2.2 2" />,
  half: (
    <>
      {ring}
      <path className="shape-solid" d="M7 2.25a4.75 4.75 0 0 1 0 9.5z" />
    </>
  ),
  disc: <circle className="shape-solid" cx="7" cy="7" r="5" />,
  bars: <path d="M4.75 3v8M9.25 3v8" />,
  check: <path d="M2.5 7.5 5.75 10.75 11.5 3.75" />,
  'check-dot': (
    <>
      <path d="M1.5 7.5 4.5 10.5 9.75 4" />
      <circle className="shape-solid" cx="11.75" cy="10.75" r="1.75" />
    </>
  ),
  triangle: (
    <>
      <path d="M7 2 12.5 11.75H1.5Z" />
      <path d="M7 5.75v2.5M7 9.75v.4" />
    </>
  ),
  cross: <path d="M3 3l8 8M11 3l-8 8" />,
  question: (
    <>
      <path d="M4.5 4.75a2.5 2.5 0 1 1 3.6 2.25c-.8.4-1.1.85-1.1 1.75" />
      <path d="M7 11.25v.4" />
    </>
  ),
  clock: (
    <>
      {ring}
      <path d="M7 4.25V7l1.9 1.4" />
    </>
  ),
  square: <rect x="3" y="3" width="8" height="8" rx="1" />,
  barred: (
    <>
      {ring}
      <path d="M3.75 10.25l6.5-6.5" />
    </>
  ),
};
