import { type CSSProperties, memo, type ReactNode } from 'react';
import { Button } from '@fluentui/react-components';
import type { PlanAnswer } from '../../../protocol/plan.ts';
import { ratioWords } from '../../selectors/balance-groups.ts';
import { barOf, percent } from '../../selectors/share-bars.ts';
import { visible } from '../../selectors/visible-text.ts';
import { StatusShape } from '../status-shape.tsx';
import { ShareBar } from './share-bar.tsx';

interface PlanResultProps {
  /** null: there is nothing to plan. */
  readonly plan: PlanAnswer | null;
  /** Fraction of 1. */
  readonly maxShare: number;
  /** The plan is of what was written a moment ago. */
  readonly behind: boolean;
  readonly onSplit: (task: string, weights: readonly number[]) => void;
}

/** Who gets what, whether that keeps the rules, and what to split where nothing does. */
export const PlanResult = memo(function PlanResult(props: PlanResultProps): ReactNode {
  const { plan, maxShare, behind, onSplit } = props;
  if (plan === null) return <p className="plan-note">The assignment appears here as you write.</p>;
  const { workers, ratio, load_balance_score: score, is_balanced, is_optimal, split, advice } = plan;
  const shares = workers.map(({ worker, share }) => ({ agentId: null, name: `W${worker}`, share }));
  const limit: CSSProperties = { left: `${maxShare * 100}%` };
  return (
    <div className="plan-result" aria-busy={behind}>
      <p className="plan-verdict" role="status">
        <span className="status-text">
          <StatusShape shape={is_balanced ? 'check' : 'triangle'} tone={is_balanced ? 'good' : 'warning'} />
          {is_balanced ? 'keeps the rules' : 'does not keep the rules'}
        </span>
        <span>largest {percent(plan.max_share)}</span>
        <span>ratio {ratioWords(ratio)}</span>
        {score !== null && <span>score {Math.round(score)}</span>}
        <span className="govern-note">{is_optimal ? 'no assignment is better' : 'near the best'}</span>
      </p>
      <div className="plan-bars">
        <ShareBar label="Plan" parts={barOf(shares, workers.length, maxShare)} empty="" />
        <span className="plan-limit" style={limit} aria-hidden="true">
          {percent(maxShare)}
        </span>
      </div>
      {advice.map((sentence, at) => (
        <Advice key={sentence} sentence={sentence} split={split[at]} onSplit={onSplit} />
      ))}
      <Workers workers={workers} />
    </div>
  );
});

interface AdviceProps extends Pick<PlanResultProps, 'onSplit'> {
  readonly sentence: string;
  /** Where the advice is to split a task, which one: there is one sentence for each. */
  readonly split: PlanAnswer['split'][number] | undefined;
}

function Advice({ sentence, split, onSplit }: AdviceProps): ReactNode {
  return (
    <p className="plan-split">
      <bdi>{visible(sentence)}</bdi>
      {split !== undefined && (
        <Button size="small" onClick={() => onSplit(split.task, split.weights)}>
          Split it
        </Button>
      )}
    </p>
  );
}

/** Of a plan with many tasks this is the long part: drawn anew with another plan only. */
const Workers = memo(function Workers({ workers }: Pick<PlanAnswer, 'workers'>): ReactNode {
  return (
    <table className="govern-table plan-workers">
      <thead>
        <tr>
          <th scope="col">Worker</th>
          <th scope="col" className="govern-number">
            Share
          </th>
          <th scope="col">Tasks</th>
        </tr>
      </thead>
      <tbody>
        {workers.map(({ worker, share, tasks }) => (
          <tr key={worker}>
            <td>W{worker}</td>
            <td className="govern-number">{percent(share)}</td>
            <td className="govern-wrap">
              {tasks.length === 0 ? (
                <span className="govern-note">nothing</span>
              ) : (
                <bdi>{visible(tasks.join(', '))}</bdi>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
});
