import type { ReactNode } from 'react';
import { Button } from '@fluentui/react-components';
import type { ComplianceAnswer } from '../../../protocol/compliance.ts';
import { visible } from '../../selectors/visible-text.ts';

export interface TreeScore {
  /** Of which tree. */
  readonly title: string;
  readonly answer: ComplianceAnswer;
}

interface CompliancePanelProps {
  readonly scores: readonly TreeScore[] | null;
  readonly failure: string | null;
  readonly onAgain: () => void;
}

const words = { report: 'Report', balance: 'Balance', time: 'Time', logging: 'Logging', state: 'State' } as const;

/** The Protocol v1.2 score of each tree, its five parts with the fact behind each on hover. */
export function CompliancePanel({ scores, failure, onAgain }: CompliancePanelProps): ReactNode {
  if (failure !== null) {
    return (
      <p className="tone-warning">
        The scores could not be asked for: {failure}{' '}
        <Button size="small" onClick={onAgain}>
          Try again
        </Button>
      </p>
    );
  }
  if (scores === null) return <p className="govern-note">Asking for the scores …</p>;
  if (scores.length === 0) return <p className="govern-note">No tree to score yet.</p>;
  return (
    <>
      <div className="govern-scroll">
        <table className="govern-table compliance">
          <thead>
            <tr>
              <th scope="col">Tree</th>
              <th scope="col" className="govern-number">
                Score of 100
              </th>
              {Object.values(words).map((word) => (
                <th key={word} scope="col" className="govern-number" title="Points, 20 at most">
                  {word}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {scores.map(({ title, answer }) => (
              <Score key={answer.agent_id ?? ''} title={title} answer={answer} />
            ))}
          </tbody>
        </table>
      </div>
      <Button size="small" appearance="subtle" onClick={onAgain}>
        Score again
      </Button>
    </>
  );
}

function Score({ title, answer: { score, is_final, points } }: TreeScore): ReactNode {
  return (
    <tr>
      <td>
        <bdi>{title}</bdi>
      </td>
      <td className="govern-number">
        {score === null ? '–' : Math.round(score)}
        {!is_final && <span className="govern-note"> so far</span>}
      </td>
      {Object.entries(words).map(([criterion]) => {
        const point = points[criterion as keyof typeof words];
        return (
          <td key={criterion} className="govern-number" title={visible(point.fact)}>
            {point.points === null ? '–' : `${Math.round(point.points)} of ${Math.round(point.of)}`}
          </td>
        );
      })}
    </tr>
  );
}
