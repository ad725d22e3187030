import { type ReactNode, useState } from 'react';
import { type ActionPlan, actionWords, planAction, type Verb } from '../selectors/agent-actions.ts';
import { agentTitle } from '../selectors/tree-rows.ts';
import { withActionDropped } from '../store/changes.ts';
import { change } from '../store/dashboard-store.ts';
import { ActionDialog } from '../views/action-dialog.tsx';
import { MessageDialog } from '../views/message-dialog.tsx';
import { Deploying } from './deploying.tsx';
import { useDashboard, useDashboardState } from './dashboard-context.ts';
import { useNotify } from './notices.tsx';

/**
 * What is asked before anything is done, whatever view it was asked from. The last one stays when it is over, closed: a
 * dialog that is taken away while it is open leaves the page hidden from screen readers.
 */
export function ActionDialogs(): ReactNode {
  const action = useDashboardState((state) => state.action);
  const [last, setLast] = useState({ action, times: 0 });
  if (action.status !== 'none' && action !== last.action) setLast({ action, times: last.times + 1 });
  const open = action.status !== 'none';
  const { action: shown, times } = last;
  switch (shown.status) {
    case 'none':
      return null;
    case 'confirming':
      return <Confirmation key={times} open={open} verb={shown.verb} ids={shown.ids} />;
    case 'writing':
      return <Writing key={times} open={open} agentId={shown.agentId} />;
    case 'deploying':
      return <Deploying key={times} open={open} parent={shown.parent} />;
  }
}

interface ConfirmationProps {
  readonly open: boolean;
  readonly verb: Verb;
  readonly ids: readonly string[];
}

/** Goes on telling how many it would be while it is open: agents end meanwhile. */
function Confirmation({ open, verb, ids }: ConfirmationProps): ReactNode {
  const { store, client } = useDashboard();
  const fleet = useDashboardState((state) => state.fleet);
  const [asked] = useState(() => planAction(fleet, verb, ids));
  const plan = planAction(fleet, verb, ids);
  const shown = plan.affected === 0 ? asked : plan;
  return (
    <ActionDialog
      open={open}
      words={actionWords(shown, nameOf(shown, ids))}
      onConfirm={plan.affected === 0 ? null : () => void client.carryOut(plan)}
      onCancel={() => change(store, withActionDropped)}
    />
  );

  function nameOf({ targets }: ActionPlan, of: readonly string[]): string | null {
    const agent = of.length === 1 ? fleet.agents.get(targets[0] ?? of[0] ?? '') : undefined;
    return agent === undefined ? null : agentTitle(agent);
  }
}

function Writing({ open, agentId }: { readonly open: boolean; readonly agentId: string }): ReactNode {
  const { store, client } = useDashboard();
  const notify = useNotify();
  const agent = useDashboardState(({ fleet }) => fleet.agents.get(agentId));
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  if (agent === undefined) return null;
  const title = agentTitle(agent);
  const send = async (text: string): Promise<void> => {
    setBusy(true);
    const answer = await client.api.message(agentId, text);
    setBusy(false);
    if (!answer.ok) {
      setRefusal(answer.failure.message);
      return;
    }
    change(store, withActionDropped);
    notify('success', `${title} was told, by ${answer.value.how}.`);
  };
  return (
    <MessageDialog
      open={open}
      title={title}
      refusal={refusal}
      busy={busy}
      onSend={(text) => void send(text)}
      onCancel={() => change(store, withActionDropped)}
    />
  );
}
