import type { ReactNode } from 'react';
import type { OpenApproval } from '../../selectors/approval-cards.ts';
import { pathWords } from '../../selectors/agent-path.ts';
import { counted } from '../../selectors/format.ts';
import { ConfirmDialog } from '../confirm-dialog.tsx';

interface AllowDialogProps {
  readonly approval: OpenApproval;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

/** So many are named; the rest is counted. */
const mostNamed = 12;

/** Says whom a tool would be allowed, and for how long, before it is. */
export function BranchDialog({
  approval: { tool, path },
  covered,
  onConfirm,
  onCancel,
}: AllowDialogProps & { readonly covered: readonly string[] }): ReactNode {
  const named = covered.slice(0, mostNamed);
  const others = covered.length - named.length;
  return (
    <ConfirmDialog
      title={
        <>
          Allow <bdi>{tool}</bdi> for this branch?
        </>
      }
      confirm="Allow for this branch"
      onConfirm={onConfirm}
      onCancel={onCancel}
    >
      <p>
        From now on <bdi>{tool}</bdi> is allowed without asking, whatever its input, to{' '}
        <bdi>{pathWords(path.slice(-1))}</bdi> and all below it, also those deployed later. It ends when that agent
        ends; to take it back before, stop the agent.
      </p>
      <p>Today that is {counted(covered.length, 'agent')}:</p>
      <ul className="approval-covered">
        {named.map((name, at) => (
          <li key={at}>
            <bdi>{name}</bdi>
          </li>
        ))}
        {others > 0 && <li>and {counted(others, 'other')}</li>}
      </ul>
    </ConfirmDialog>
  );
}

/** A call that is not seen whole is not allowed by one key. */
export function UnseenDialog({ approval: { tool, missing }, onConfirm, onCancel }: AllowDialogProps): ReactNode {
  return (
    <ConfirmDialog
      title={
        <>
          Allow <bdi>{tool}</bdi> without having seen all of it?
        </>
      }
      confirm="Allow it all the same"
      onConfirm={onConfirm}
      onCancel={onCancel}
    >
      <p>Only {missing} were kept; what the rest would do is not known here.</p>
    </ConfirmDialog>
  );
}
