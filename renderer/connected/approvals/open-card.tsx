import { memo, type ReactNode, useState } from 'react';
import { coverageOf, type OpenApproval } from '../../selectors/approval-cards.ts';
import { ApprovalCard, type CardStep, cardId } from '../../views/approvals/approval-card.tsx';
import { BranchDialog, UnseenDialog } from '../../views/approvals/allow-dialogs.tsx';
import { useDashboard, useDashboardState } from '../dashboard-context.ts';
import type { Decision } from './use-decisions.ts';

interface OpenCardProps {
  readonly approval: OpenApproval;
  readonly selected: boolean;
  readonly sent: Decision['decision'] | null;
  readonly disabled: boolean;
  readonly onSelect: (id: string, selected: boolean) => void;
  readonly onDecide: (id: string, decision: Decision) => void;
}

/** One request with the questions that belong to it. */
export const OpenCard = memo(function OpenCard(props: OpenCardProps): ReactNode {
  const { approval, selected, sent, disabled, onSelect, onDecide } = props;
  const { store } = useDashboard();
  const now = useDashboardState((state) => state.now);
  const [asking, setAsking] = useState<CardStep | null>(null);
  const { id, agentId, missing } = approval;
  const decide = (decision: Decision): void => {
    setAsking(null);
    onDecide(id, decision);
  };
  const drop = (): void => {
    setAsking(null);
    document.getElementById(cardId(id))?.focus();
  };
  const onStep = (step: CardStep): void => {
    // What is not seen whole is not allowed by one key.
    if (step === 'allow' && missing === null) decide({ decision: 'allow', branch: false });
    else setAsking(step);
  };
  return (
    <li>
      <ApprovalCard
        approval={approval}
        now={now}
        selected={selected}
        sent={sent}
        disabled={disabled}
        denying={asking === 'deny'}
        onSelect={(on) => onSelect(id, on)}
        onStep={onStep}
        onDeny={(message) => decide({ decision: 'deny', message: message === '' ? null : message })}
        onDenyDropped={drop}
      />
      {asking === 'branch' && (
        <BranchDialog
          approval={approval}
          covered={coverageOf(store.getState().fleet, agentId)}
          onConfirm={() => decide({ decision: 'allow', branch: true })}
          onCancel={drop}
        />
      )}
      {asking === 'allow' && (
        <UnseenDialog
          approval={approval}
          onConfirm={() => decide({ decision: 'allow', branch: false })}
          onCancel={drop}
        />
      )}
    </li>
  );
});
