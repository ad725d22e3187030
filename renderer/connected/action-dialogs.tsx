import { type ReactNode, useState } from 'react';
import { type ActionPlan, actionWords, planAction, type Verb } from '../selectors/agent-actions.ts';
import { agentTitle } from '../selectors/tree-rows.ts';
import { withActionDropped } from '../store/changes.ts';
import { change } from '../store/dashboard-store.ts';
import { ConfirmDialog } from '../views/confirm-dialog.tsx';
import { MessageDialog } from '../views/message-dialog.tsx';
import { Deploying } from './deploying.tsx';
import { useDashboard, useDashboardState } from './dashboard-context.ts';
import { useNotify } from './notices.tsx';

/** What is asked before anything is done, whatever view it was asked from. */
export function ActionDialogs(): ReactNode {
  const action = useDashboardState((state) => state.action);
  switch (action.status) {
    case 'none':
      return null;
    case 'confirming':
      return <Confirmation verb={action.verb} ids={action.ids} />;
    case 'writing':
      return <Writing agentId={action.agentId} />;
    case 'deploying':
      return <Deploying parent={action.parent} />;
  }
}

interface ConfirmationProps {
  readonly verb: Verb;
  readonly ids: readonly string[];
}

/** Goes on telling how many it would be while it is open: agents end meanwhile. */
function Confirmation({ verb, ids }: ConfirmationProps): ReactNode {
  const { store, client } = useDashboard();
  const fleet = useDashboardState((state) => state.fleet);
  const [asked] = useState(() => planAction(fleet, verb, ids));
  const plan = planAction(fleet, verb, ids);
  const shown = plan.affected === 0 ? asked : plan;
  const words = actionWords(shown, nameOf(shown, ids));
  const isLate = plan.affected === 0;
  return (
    <ConfirmDialog
      title={<bdi>{words.title}</bdi>}
      confirm={words.button}
      cancel={isLate ? 'Close' : 'Cancel'}
      onConfirm={isLate ? null : () => void client.carryOut(plan)}
      onCancel={() => change(store, withActionDropped)}
    >
      {isLate ? 'Meanwhile nobody is left to whom this applies.' : words.consequence}
    </ConfirmDialog>
  );

  function nameOf({ targets }: ActionPlan, of: readonly string[]): string | null {
    const agent = of.length === 1 ? fleet.agents.get(targets[0] ?? of[0] ?? '') : undefined;
    return agent === undefined ? null : agentTitle(agent);
  }
}

function Writing({ agentId }: { readonly agentId: string }): ReactNode {
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
      title={title}
      refusal={refusal}
      busy={busy}
      onSend={(text) => void send(text)}
      onCancel={() => change(store, withActionDropped)}
    />
  );
}
