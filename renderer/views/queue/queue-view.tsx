import type { ReactNode } from 'react';
import { Button, MessageBar, MessageBarActions, MessageBarBody, Switch } from '@fluentui/react-components';
import { counted } from '../../selectors/format.ts';
import type { LimitRow } from '../../selectors/queue-limits.ts';
import '../govern.css';
import './queue.css';

interface QueueViewProps {
  /** In words: how many wait, are in back-off, are held. */
  readonly summary: string;
  readonly limits: readonly LimitRow[];
  /** null: not known yet. */
  readonly intakePaused: boolean | null;
  readonly selected: number;
  readonly stale: boolean;
  /** Why reasons and limits may be old; null: they are not. */
  readonly failure: string | null;
  readonly onRetry: () => void;
  readonly onIntake: (paused: boolean) => void;
  readonly onSooner: () => void;
  readonly onLater: () => void;
  readonly onCancel: () => void;
  /** null: nobody waits. */
  readonly table: ReactNode;
  readonly hidden: number;
  readonly onShowMore: () => void;
}

export function QueueView(props: QueueViewProps): ReactNode {
  const { summary, limits, selected, stale, failure, onRetry, table, hidden, onShowMore } = props;
  return (
    <div className={`govern${stale ? ' govern-stale' : ''}`}>
      <div className="govern-head">
        <h2>Queue</h2>
        <span className="govern-note" role="status">
          {summary}
        </span>
        <span className="govern-space" />
        {selected > 0 && <Selection {...props} />}
        <Intake {...props} />
      </div>
      {failure !== null && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>Reasons and limits could not be asked for: {failure}</MessageBarBody>
          <MessageBarActions>
            <Button size="small" onClick={onRetry}>
              Try again
            </Button>
          </MessageBarActions>
        </MessageBar>
      )}
      {limits.length > 0 && <Limits limits={limits} />}
      {table === null ? (
        <section className="govern-empty">
          <h3>Nobody waits</h3>
          <p>
            What is asked for starts at once as long as there is room. What has to wait stands here, with its reason.
          </p>
        </section>
      ) : (
        <>
          <p className="queue-help">
            The first that may start is the next. With a row in focus: <kbd>↑</kbd> <kbd>↓</kbd> go on, <kbd>+</kbd> and{' '}
            <kbd>-</kbd> change its priority (0 first, 9 last), <kbd>Delete</kbd> cancels it.
          </p>
          <div className="govern-scroll">{table}</div>
          {hidden > 0 && (
            <Button className="queue-more" size="small" onClick={onShowMore}>
              Show more ({counted(hidden, 'agent')} below)
            </Button>
          )}
        </>
      )}
    </div>
  );
}

function Intake({ intakePaused, stale, onIntake }: QueueViewProps): ReactNode {
  if (intakePaused === null) return null;
  return (
    <Switch
      className="queue-intake"
      checked={!intakePaused}
      disabled={stale}
      label={intakePaused ? 'All starts are paused' : 'Starts are on'}
      onChange={(_, { checked }) => onIntake(!checked)}
    />
  );
}

function Selection({ selected, stale, onSooner, onLater, onCancel }: QueueViewProps): ReactNode {
  return (
    <span className="queue-selection">
      <span>{selected} selected</span>
      <Button size="small" disabled={stale} onClick={onSooner}>
        Sooner
      </Button>
      <Button size="small" disabled={stale} onClick={onLater}>
        Later
      </Button>
      <Button size="small" disabled={stale} onClick={onCancel}>
        Cancel them …
      </Button>
    </span>
  );
}

function Limits({ limits }: Pick<QueueViewProps, 'limits'>): ReactNode {
  return (
    <ul className="queue-limits" aria-label="Limits">
      {limits.map(({ name, words, part, full, setting }, at) => (
        <li key={`${setting} ${at}`} title={setting} data-full={full}>
          <span className="queue-limit-name">
            <bdi>{name}</bdi>
          </span>
          {part !== null && (
            <span className="queue-meter" aria-hidden="true">
              <span style={{ width: `${part * 100}%` }} />
            </span>
          )}
          <span className={full ? 'tone-warning' : undefined}>
            {words}
            {full && ' · full'}
          </span>
        </li>
      ))}
    </ul>
  );
}
