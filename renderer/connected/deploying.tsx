import { type ReactNode, useState } from 'react';
import { type DeployDraft, nextType, parentsOf, requestOf } from '../selectors/deploy-draft.ts';
import { DeployDialog } from '../views/deploy-dialog.tsx';
import { withActionDropped } from '../store/changes.ts';
import { change } from '../store/dashboard-store.ts';
import { useDashboard } from './dashboard-context.ts';
import { useNotify } from './notices.tsx';
import { useGo } from './use-steps.ts';

/** Deploys by hand, and selects what was deployed. `parent`: below whom; '' for the person at the top. */
export function Deploying({ parent }: { readonly parent: string }): ReactNode {
  const { store, client } = useDashboard();
  const notify = useNotify();
  const go = useGo();
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const { fleet } = store.getState();
  const close = (): void => change(store, withActionDropped);
  const deploy = async (draft: DeployDraft): Promise<void> => {
    setBusy(true);
    const answer = await client.api.deploy(requestOf(draft));
    setBusy(false);
    if (!answer.ok) {
      setRefusal(answer.failure.message);
      return;
    }
    const { agent_id, agent_type } = answer.value.record;
    notify('success', `${agent_type} is deployed.`);
    close();
    go({ agentId: agent_id, view: 'fleet', item: null, query: '' }, 'push');
  };
  return (
    <DeployDialog
      parent={fleet.living.has(parent) ? parent : ''}
      parents={parentsOf(fleet)}
      typeBelow={(id) => nextType(fleet, id)}
      runtimes={[...new Set([...[...fleet.agents.values()].map(({ facts }) => facts.runtime), 'claude', 'demo'])]}
      refusal={refusal}
      busy={busy}
      onDeploy={(draft) => void deploy(draft)}
      onCancel={close}
    />
  );
}
