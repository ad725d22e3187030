import { type ReactNode, useMemo, useState } from 'react';
import { balanceGroups, type BalanceSettings, type GroupRow } from '../../selectors/balance-groups.ts';
import { counted } from '../../selectors/format.ts';
import { percent } from '../../selectors/share-bars.ts';
import { BalanceView } from '../../views/balance/balance-view.tsx';
import { Fold } from '../../views/balance/fold.tsx';
import { GroupList } from '../../views/balance/group-list.tsx';
import { useDashboard, useDashboardState } from '../dashboard-context.ts';
import { useSettings } from '../use-settings.ts';
import { useGo } from '../use-steps.ts';
import { Compliance } from './compliance.tsx';
import { Plan } from './plan.tsx';

/** As a coordinator without a config.json has them, until this one's are known. */
const usual: BalanceSettings = { max_share: 0.4, max_ratio: 2, replan_after_seconds: 60 };
const mostFinished = 50;

export default function BalancePage(): ReactNode {
  const { store } = useDashboard();
  const agents = useDashboardState(({ fleet }) => fleet.agents);
  const now = useDashboardState((state) => state.now);
  const stale = useDashboardState(({ connection }) => connection.status !== 'live');
  const open = useDashboardState(({ route }) => route.item);
  const known = useSettings();
  const settings = known?.balance ?? usual;
  const go = useGo();
  const { living, finished, finishedCount } = useMemo(
    () => balanceGroups(store.getState().fleet, settings, now, mostFinished),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the fleet is read where its agents changed
    [store, agents, settings, now],
  );
  const [finishedOpen, setFinishedOpen] = useState(finished.some(({ key }) => key === open));
  const [complianceOpen, setComplianceOpen] = useState(false);
  const list = (shown: readonly GroupRow[], label: string): ReactNode => (
    <GroupList
      groups={shown}
      maxShare={settings.max_share}
      open={open}
      label={label}
      onOpen={(key) => go({ item: key }, 'replace')}
    />
  );
  return (
    <BalanceView
      summary={`${counted(living.length, 'group')} at work · ${finishedCount} finished`}
      rules={
        known === null
          ? ''
          : `no share above ${percent(settings.max_share)}, largest below ${settings.max_ratio} × smallest · ${known.balance.mode}`
      }
      stale={stale}
      living={living.length === 0 ? null : list(living, 'Groups at work')}
      finished={
        finishedCount > 0 && (
          <Fold title={`${finishedCount} finished`} open={finishedOpen} onOpen={setFinishedOpen}>
            {list(finished, 'Finished groups')}
            {finishedCount > finished.length && <p className="govern-note">The newest {finished.length} of them.</p>}
          </Fold>
        )
      }
      compliance={
        <Fold title="Compliance scores" open={complianceOpen} onOpen={setComplianceOpen}>
          <Compliance />
        </Fold>
      }
      plan={<Plan settings={settings} />}
    />
  );
}
