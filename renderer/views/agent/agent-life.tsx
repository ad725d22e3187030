import { type ReactNode, useId, useState } from 'react';
import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components';
import type { AttemptRow } from '../../selectors/attempts.ts';
import { ago, clockTime, duration, secondsSince } from '../../selectors/format.ts';
import type { LifeStep } from '../../selectors/life-steps.ts';
import { StatusShape } from '../status-shape.tsx';
import { StatusText } from '../status-text.tsx';
import './agent-life.css';

export type LifeModel =
  | { readonly status: 'asking' }
  | { readonly status: 'failed'; readonly message: string }
  | {
      readonly status: 'known';
      /** Newest first, as the attempts. */
      readonly steps: readonly LifeStep[];
      readonly attempts: readonly AttemptRow[];
      /** What was before is kept no longer. */
      readonly isCut: boolean;
    };

interface AgentLifeProps {
  readonly life: LifeModel;
  readonly now: number;
  readonly onAgain: () => void;
}

/** So many fit beside the rest; the others are asked for. */
const shownAtFirst = 12;

/** The statuses an agent has had, what backed each, and its attempts. */
export function AgentLife({ life, now, onAgain }: AgentLifeProps): ReactNode {
  if (life.status === 'failed') {
    return (
      <MessageBar intent="error" layout="multiline" className="life">
        <MessageBarBody>Its life could not be read from the journal: {life.message}</MessageBarBody>
        <MessageBarActions>
          <Button size="small" onClick={onAgain}>
            Try again
          </Button>
        </MessageBarActions>
      </MessageBar>
    );
  }
  return (
    <div className="life">
      {life.status === 'known' && life.attempts.length > 0 && <Attempts rows={life.attempts} now={now} />}
      <Steps life={life} now={now} />
    </div>
  );
}

function Steps({ life, now }: Pick<AgentLifeProps, 'now'> & { readonly life: LifeModel }): ReactNode {
  const heading = useId();
  const [isWhole, setWhole] = useState(false);
  if (life.status !== 'known') return <p className="life-word">Reading its life from the journal …</p>;
  const { steps, isCut } = life;
  const shown = isWhole ? steps : steps.slice(0, shownAtFirst);
  return (
    <section aria-labelledby={heading}>
      <h3 id={heading}>Life</h3>
      <ol className="life-steps" aria-labelledby={heading}>
        {shown.map((step) => (
          <Step key={step.seq} step={step} now={now} />
        ))}
      </ol>
      {shown.length < steps.length && (
        <Button size="small" onClick={() => setWhole(true)}>
          Show all {steps.length} steps
        </Button>
      )}
      {isCut && shown.length === steps.length && <p className="life-word">What was before this is kept no longer.</p>}
    </section>
  );
}

function Step({ step, now }: { readonly step: LifeStep; readonly now: number }): ReactNode {
  const { at, shape, tone, word, detail, evidence, lasted, earlier } = step;
  const age = secondsSince(at, now);
  return (
    <li>
      <time dateTime={at} title={at}>
        {clockTime(at, now)}
      </time>
      <StatusShape shape={shape} tone={tone} />
      <span className="life-what">
        <span className={tone === 'warning' || tone === 'bad' ? `life-status tone-${tone}` : 'life-status'}>
          {word}
        </span>
        {lasted !== null && <span className="life-lasted"> for {duration(lasted)}</span>}
        {detail !== '' && (
          <bdi className="life-detail" title={earlier.length === 0 ? undefined : `Before: ${earlier.join('; ')}`}>
            {detail}
          </bdi>
        )}
        <span className="life-evidence">
          {evidence}
          {age !== null && `, ${ago(age)}`}
        </span>
      </span>
    </li>
  );
}

function Attempts({ rows, now }: { readonly rows: readonly AttemptRow[]; readonly now: number }): ReactNode {
  const heading = useId();
  return (
    <div>
      <h3 id={heading}>Attempts</h3>
      <div className="life-attempts" role="region" aria-labelledby={heading} tabIndex={0}>
        <table aria-labelledby={heading}>
          <thead>
            <tr>
              <th scope="col" className="number">
                #
              </th>
              <th scope="col">Started</th>
              <th scope="col" className="number" title="Pauses not counted">
                Ran
              </th>
              <th scope="col" className="number">
                Process
              </th>
              <th scope="col">Outcome</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ attempt, startedAt, seconds, pid, outcome, evidence }) => (
              <tr key={attempt}>
                <th scope="row" className="number">
                  {attempt}
                </th>
                <td title={startedAt ?? undefined}>{startedAt === null ? '–' : clockTime(startedAt, now)}</td>
                <td className="number" title={seconds === null ? undefined : `${seconds} s`}>
                  {seconds === null ? '–' : duration(seconds)}
                </td>
                <td className="number">{pid ?? '–'}</td>
                <td title={[outcome.detail ?? '', evidence].filter((part) => part !== '').join(' · ')}>
                  <StatusText words={outcome} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
