import type { CSSProperties, ReactNode } from 'react';
import { type GroupRow, ratioWords } from '../../selectors/balance-groups.ts';
import { percent } from '../../selectors/share-bars.ts';
import { AgentPath } from '../agent-path.tsx';
import { StatusShape } from '../status-shape.tsx';
import { MemberTable } from './member-table.tsx';
import { ShareBar } from './share-bar.tsx';

interface GroupListProps {
  readonly groups: readonly GroupRow[];
  /** Fraction of 1. */
  readonly maxShare: number;
  /** Key of the group whose members are shown; null: none. */
  readonly open: string | null;
  readonly label: string;
  readonly onOpen: (key: string | null) => void;
}

/** Groups below each other, so that the limit is one line through all of their bars. */
export function GroupList({ groups, maxShare, open, label, onOpen }: GroupListProps): ReactNode {
  const limit = { '--limit': String(maxShare) } as CSSProperties;
  return (
    <div className="groups" style={limit}>
      <div className="groups-head" aria-hidden="true">
        <span />
        <span className="groups-scale">
          <span className="groups-limit">limit {percent(maxShare)}</span>
        </span>
        <span className="govern-number">Ratio</span>
        <span className="govern-number">Score</span>
      </div>
      <ul className="groups-list" aria-label={label}>
        {groups.map((group) => (
          <li key={group.key}>
            <Group group={group} open={group.key === open} onOpen={onOpen} />
          </li>
        ))}
      </ul>
    </div>
  );
}

interface GroupProps {
  readonly group: GroupRow;
  readonly open: boolean;
  readonly onOpen: (key: string | null) => void;
}

function Group({ group, open, onOpen }: GroupProps): ReactNode {
  const { key, name, path, size, estimated, measured, basis, ratio, score, balanced, advice, members } = group;
  return (
    <section className="group" aria-label={`Group ${name}`} data-group={name}>
      <div className="group-row">
        <div className="group-name">
          <button type="button" aria-expanded={open} onClick={() => onOpen(open ? null : key)} title={name}>
            <span aria-hidden="true">{open ? '▾' : '▸'}</span> <bdi>{name}</bdi>
          </button>
          <span className="group-size">{size}</span>
          <AgentPath path={path} />
        </div>
        <div className="group-bars">
          <span className="group-basis">estimate</span>
          <ShareBar label="Estimate" parts={estimated} empty="nobody stated a workload" />
          <span className="group-basis" title={`Part of all that the group has done so far, by ${basis}`}>
            by {basis}
          </span>
          <ShareBar label={`Measured by ${basis}`} parts={measured} empty="nothing to compare yet" />
        </div>
        <span className="group-figure" title="Largest by smallest estimated share">
          <span className="group-word">ratio </span>
          {ratioWords(ratio)}
        </span>
        <Score score={score} balanced={balanced} isStated={estimated.length > 0} />
      </div>
      {advice.map((sentence) => (
        <p key={sentence} className="group-advice">
          <StatusShape shape="triangle" tone="warning" />
          <bdi>{sentence}</bdi>
        </p>
      ))}
      {open && <MemberTable members={members} basis={basis} />}
    </section>
  );
}

interface ScoreProps extends Pick<GroupRow, 'score' | 'balanced'> {
  /** Somebody's part is known; where none is there is nothing to judge. */
  readonly isStated: boolean;
}

function Score({ score, balanced, isStated }: ScoreProps): ReactNode {
  const title = !isStated
    ? 'Nobody stated a workload'
    : score === null
      ? 'Fewer than three have no score'
      : 'Of 100, by the estimate';
  const isJudged = isStated || !balanced;
  return (
    <span className="group-figure group-score" title={title}>
      {isJudged && <StatusShape shape={balanced ? 'check' : 'triangle'} tone={balanced ? 'good' : 'warning'} />}
      <span className="group-word">score </span>
      {!isJudged ? '–' : score === null ? (balanced ? 'kept' : 'not kept') : Math.round(score)}
    </span>
  );
}
