import { type ReactNode, useMemo, useState } from 'react';
import type { PlanAnswer } from '../../../protocol/plan.ts';
import { counted } from '../../selectors/format.ts';
import { type Batch, batchOf, firstPrompt, obstacle, parentChoices } from '../../selectors/plan-deployment.ts';
import { ConfirmDialog } from '../../views/confirm-dialog.tsx';
import { JsonView } from '../../views/json-view.tsx';
import { PlanDeployment } from '../../views/balance/plan-deployment.tsx';
import type { PlanDraft } from '../../views/balance/plan-tool.tsx';
import { useDashboard, useDashboardState } from '../dashboard-context.ts';
import { useNotify } from '../notices.tsx';
import { useSettings } from '../use-settings.ts';

interface DeploymentProps {
  readonly plan: PlanAnswer | null;
  /** The plan is of what was written a moment ago: it is not carried out. */
  readonly behind: boolean;
  readonly draft: PlanDraft;
  readonly onChange: (part: Partial<PlanDraft>) => void;
}

/** From the plan to agents: what is confirmed is what is sent. */
export function Deployment({ plan: shown, behind, draft, onChange }: DeploymentProps): ReactNode {
  const plan = behind ? null : shown;
  const { store, client } = useDashboard();
  const notify = useNotify();
  const settings = useSettings();
  const { living, externals } = useDashboardState(({ fleet }) => fleet);
  const disabled = useDashboardState(({ connection }) => connection.status !== 'live');
  const [asking, setAsking] = useState<Batch | null>(null);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const parents = useMemo(
    () => parentChoices(store.getState().fleet, draft.parent),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the fleet is read where who lives changed
    [store, living, externals, draft.parent],
  );
  const preview = useMemo(() => firstPrompt(shown, draft.template), [shown, draft.template]);
  const choice = { ...draft, group: draft.group.trim() };
  const deploy = async (batch: Batch): Promise<void> => {
    setBusy(true);
    const answer = await client.api.deployBatch(batch);
    setBusy(false);
    setAsking(null);
    setRefusal(answer.ok ? null : answer.failure.message);
    if (answer.ok) notify('success', `${counted(answer.value.agents.length, 'agent')} deployed as ${choice.group}.`);
  };
  return (
    <>
      <PlanDeployment
        draft={draft}
        preview={preview}
        parents={parents}
        runtimes={Object.keys(settings?.runtimes ?? {})}
        defaultRuntime={settings?.default_runtime ?? ''}
        obstacle={obstacle(plan, choice, parents)}
        refusal={refusal}
        disabled={disabled}
        onChange={(part) => {
          setRefusal(null);
          onChange(part);
        }}
        onDeploy={() => plan !== null && setAsking(batchOf(plan, choice, store.getState().fleet))}
      />
      {asking !== null && (
        <ConfirmDialog
          title={`Deploy ${counted(asking.agents.length, 'agent')}?`}
          confirm={`Deploy ${counted(asking.agents.length, 'agent')}`}
          busy={busy}
          onConfirm={() => void deploy(asking)}
          onCancel={() => setAsking(null)}
        >
          <p>All of them are accepted, or none. This is what is sent:</p>
          <div className="plan-preview">
            <JsonView text={JSON.stringify(asking, null, 2)} label="The batch" />
          </div>
        </ConfirmDialog>
      )}
    </>
  );
}
