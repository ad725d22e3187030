import type { KeyboardEvent, ReactNode } from 'react';
import { Button, Checkbox } from '@fluentui/react-components';
import { type OpenApproval, timeLeft } from '../../selectors/approval-cards.ts';
import { pathWords } from '../../selectors/agent-path.ts';
import { ago, clockTime, secondsSince } from '../../selectors/format.ts';
import { AgentPath } from '../agent-path.tsx';
import { JsonView } from '../json-view.tsx';
import { DenyForm } from './deny-form.tsx';

export type CardStep = 'allow' | 'branch' | 'deny';

export interface ApprovalCardProps {
  readonly approval: OpenApproval;
  readonly now: number;
  readonly selected: boolean;
  /** What was decided here and is not confirmed yet; null: nothing. */
  readonly sent: 'allow' | 'deny' | null;
  /** Nothing can be decided: the connection is lost. */
  readonly disabled: boolean;
  /** The field for the message is open. */
  readonly denying: boolean;
  readonly onSelect: (selected: boolean) => void;
  readonly onStep: (step: CardStep) => void;
  readonly onDeny: (message: string) => void;
  readonly onDenyDropped: () => void;
}

export const cardId = (approvalId: string): string => `approval-${approvalId}`;

/** One open request. Its keys work while it has the focus and nobody writes. */
export function ApprovalCard(props: ApprovalCardProps): ReactNode {
  const { approval, now, selected, sent, disabled, denying, onSelect, onStep, onDeny, onDenyDropped } = props;
  const { id, tool, path, input, missing, askedAt, expiresAt } = approval;
  const waited = secondsSince(askedAt, now) ?? 0;
  const left = timeLeft(expiresAt, now);
  const busy = disabled || sent !== null;
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const step = stepOfKey(event);
    if (step === null || busy || denying) return;
    event.preventDefault();
    onStep(step);
  };
  return (
    <article
      id={cardId(id)}
      className={`approval${sent === null ? '' : ' approval-sent'}`}
      tabIndex={0}
      aria-label={`${tool}, asked by ${pathWords(path)}`}
      aria-keyshortcuts="A B D"
      data-approval={id}
      onKeyDown={onKeyDown}
    >
      <header className="approval-head">
        <Checkbox
          checked={selected}
          disabled={busy}
          aria-label={`Select ${tool} of ${pathWords(path.slice(-1))}`}
          onChange={(_, { checked }) => onSelect(checked === true)}
        />
        <strong className="approval-tool">
          <bdi>{tool}</bdi>
        </strong>
        <AgentPath path={path} />
        <span className="approval-times">
          <span title={clockTime(askedAt, now)}>asked {ago(waited)}</span>
          <span className={left.urgent ? 'tone-warning' : undefined} title={`at ${clockTime(expiresAt, now)}`}>
            {left.words}
          </span>
        </span>
      </header>
      <JsonView text={input} label={`Input of ${tool}`} />
      {missing !== null && (
        <p className="approval-missing tone-warning">
          Only {missing} were kept. Do not allow what you cannot see all of.
        </p>
      )}
      {denying ? (
        <DenyForm what={tool} onDeny={onDeny} onCancel={onDenyDropped} />
      ) : (
        <Decide busy={busy} sent={sent} onStep={onStep} />
      )}
    </article>
  );
}

const stepOfKey = (event: KeyboardEvent<HTMLElement>): CardStep | null => {
  if (event.ctrlKey || event.altKey || event.metaKey) return null;
  const { target } = event;
  if (target instanceof HTMLInputElement && target.type !== 'checkbox') return null;
  switch (event.key.toLowerCase()) {
    case 'a':
      return 'allow';
    case 'b':
      return 'branch';
    case 'd':
      return 'deny';
    default:
      return null;
  }
};

function Decide({
  busy,
  sent,
  onStep,
}: Pick<ApprovalCardProps, 'sent' | 'onStep'> & { readonly busy: boolean }): ReactNode {
  return (
    <div className="approval-buttons">
      <Button size="small" appearance="primary" disabled={busy} onClick={() => onStep('allow')}>
        Allow
        <Key name="A" />
      </Button>
      <Button size="small" disabled={busy} onClick={() => onStep('branch')}>
        Allow for this branch …
        <Key name="B" />
      </Button>
      <Button size="small" disabled={busy} onClick={() => onStep('deny')}>
        Deny …
        <Key name="D" />
      </Button>
      {sent !== null && <span role="status">{sent === 'allow' ? 'Allowing …' : 'Denying …'}</span>}
    </div>
  );
}

const Key = ({ name }: { readonly name: string }): ReactNode => (
  <kbd className="approval-key" aria-hidden="true">
    {name}
  </kbd>
);
