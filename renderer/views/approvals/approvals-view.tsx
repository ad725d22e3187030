import type { ReactNode } from 'react';
import { Button } from '@fluentui/react-components';
import { counted } from '../../selectors/format.ts';
import '../govern.css';
import './approvals.css';

interface ApprovalsViewProps {
  readonly open: number;
  readonly selected: number;
  readonly stale: boolean;
  readonly disabled: boolean;
  /** The field for the message of a common denial; null: it is not open. */
  readonly denyForm: ReactNode;
  readonly onDenySelected: () => void;
  readonly onSelectAll: () => void;
  readonly onSelectNone: () => void;
  /** One card each, oldest first; null: nothing waits. */
  readonly cards: ReactNode;
  /** How many open ones are not shown yet. */
  readonly hidden: number;
  readonly onShowMore: () => void;
  readonly decided: ReactNode;
}

export const headingId = 'approvals-heading';

/** The inbox of what agents ask. */
export function ApprovalsView(props: ApprovalsViewProps): ReactNode {
  const { open, selected, stale, denyForm, cards, hidden, onShowMore, decided } = props;
  return (
    <div className={`govern${stale ? ' govern-stale' : ''}`}>
      <div className="govern-head">
        <h2 id={headingId} tabIndex={-1}>
          Approvals
        </h2>
        <span className="govern-note" role="status">
          {open === 0 ? 'nothing waits' : `${counted(open, 'request')} ${open === 1 ? 'waits' : 'wait'} for you`}
        </span>
        <span className="govern-space" />
        {open > 0 && <Selection {...props} />}
      </div>
      {selected > 0 && denyForm}
      {open === 0 ? (
        <NothingWaits />
      ) : (
        <>
          <p className="approvals-help">
            With a request in focus: <kbd>A</kbd> allows it, <kbd>B</kbd> allows the tool for its branch, <kbd>D</kbd>{' '}
            denies it with a message. Tab goes on to the next.
          </p>
          <ul className="approvals-list" aria-label="Open requests">
            {cards}
          </ul>
          {hidden > 0 && (
            <Button className="approvals-more" size="small" onClick={onShowMore}>
              Show more ({counted(hidden, 'request')} below)
            </Button>
          )}
        </>
      )}
      {decided}
    </div>
  );
}

function Selection({
  open,
  selected,
  disabled,
  onDenySelected,
  onSelectAll,
  onSelectNone,
}: ApprovalsViewProps): ReactNode {
  if (selected === 0) {
    return open > 1 ? (
      <Button size="small" appearance="subtle" onClick={onSelectAll}>
        Select all
      </Button>
    ) : null;
  }
  return (
    <>
      <span>{selected} selected</span>
      <Button size="small" disabled={disabled} onClick={onDenySelected}>
        Deny selected …
      </Button>
      <Button size="small" appearance="subtle" onClick={onSelectNone}>
        Select none
      </Button>
    </>
  );
}

function NothingWaits(): ReactNode {
  return (
    <section className="govern-empty">
      <h3>Nothing waits for your decision</h3>
      <p>
        Agents of a runtime with <code className="mono">{'"approvals": "ask"'}</code> in config.json put here what they
        may not do by themselves, and wait for your answer. What nobody decides in time counts as denied.
      </p>
    </section>
  );
}
