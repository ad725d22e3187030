import type { ReactNode } from 'react';
import { Tooltip } from '@fluentui/react-components';
import type { ReportProblem } from '../../../protocol/agent.ts';
import { StatusShape } from '../status-shape.tsx';
import './problem-mark.css';

interface ProblemMarkProps {
  readonly problems: readonly ReportProblem[];
  /** Which of them, by their places in `problems`; at least one. */
  readonly places: readonly number[];
  /** Told the first of them. */
  readonly onProblem: (place: number) => void;
}

/** In the margin of a report: what is said against the block beside it. In a narrow window it is a line above the block. */
export function ProblemMark({ problems, places, onProblem }: ProblemMarkProps): ReactNode {
  const meant = places.flatMap((place) => problems[place] ?? []);
  const [first] = places;
  if (first === undefined || meant.length === 0) return null;
  return (
    <Tooltip
      relationship="inaccessible"
      positioning="below-start"
      content={
        <ul className="problem-words">
          {meant.map((problem, at) => (
            <li key={at}>
              <Words {...problem} />
            </li>
          ))}
        </ul>
      }
    >
      <button type="button" className="problem-mark" data-marks={places.join(' ')} onClick={() => onProblem(first)}>
        <StatusShape shape="triangle" tone="warning" />
        {meant.length > 1 && <span className="problem-count">{meant.length} </span>}
        <span className="unseen">{meant.length > 1 ? 'problems: ' : 'Problem: '}</span>
        <span className="problem-line">
          {meant.map((problem, at) => (
            <span key={at}>
              <span className="unseen">Line {problem.line}: </span>
              <Words {...problem} />{' '}
            </span>
          ))}
        </span>
      </button>
    </Tooltip>
  );
}

const Words = ({ message, code }: ReportProblem): ReactNode => (
  <>
    {message} <span className="report-code">{code}</span>
  </>
);
