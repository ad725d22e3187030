import { type ReactNode, useMemo } from 'react';
import { Button, Tab, TabList } from '@fluentui/react-components';
import type { Agent } from '../../../protocol/agent.ts';
import { reportGroups } from '../../selectors/report-list.ts';
import { agentTitle } from '../../selectors/tree-rows.ts';
import { NothingChosen } from '../../views/reports/nothing-chosen.tsx';
import { ReportList } from '../../views/reports/report-list.tsx';
import { useDashboardState } from '../dashboard-context.ts';
import { useGo } from '../use-steps.ts';
import { OneReport } from './one-report.tsx';
import { TreeReportOf } from './tree-report-of.tsx';

/** The report checker: every report there is or should be, and the one that was chosen. */
export default function ReportsPage(): ReactNode {
  const fleet = useDashboardState((state) => state.fleet);
  const route = useDashboardState((state) => state.route);
  const now = useDashboardState((state) => state.now);
  const go = useGo();
  const query = new URLSearchParams(route.query);
  const text = query.get('q') ?? '';
  const { agents } = fleet;
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the list depends on the agents alone
  const groups = useMemo(() => reportGroups(fleet, text), [agents, text]);
  const set = (name: string, value: string): void => {
    if (value === '') query.delete(name);
    else query.set(name, value);
    go({ query: query.toString() }, 'replace');
  };
  const agent = route.item === null ? undefined : agents.get(route.item);
  return (
    <div className="reports">
      <ReportList groups={groups} selected={route.item} text={text} onText={(value) => set('q', value)} now={now} />
      <div className="reports-main">
        {agent === undefined ? (
          <NothingChosen isUnknown={route.item !== null} hasReports={groups.length > 0 || text !== ''} />
        ) : (
          <Chosen
            key={agent.facts.agent_id}
            agent={agent}
            isWhole={query.get('whole') === '1'}
            onWhole={(isWhole) => set('whole', isWhole ? '1' : '')}
          />
        )}
      </div>
    </div>
  );
}

interface ChosenProps {
  readonly agent: Agent;
  /** The combined report of the branch, in place of the agent's own. */
  readonly isWhole: boolean;
  readonly onWhole: (isWhole: boolean) => void;
}

function Chosen({ agent, isWhole, onWhole }: ChosenProps): ReactNode {
  const go = useGo();
  const { agent_id, agent_type } = agent.facts;
  const title = agentTitle(agent);
  const hasBranch = agent.children.length > 0;
  return (
    <>
      <header className="reports-head">
        <h2>
          <span>{agent_type}</span>
          {title !== agent_type && <bdi title={title}>{title}</bdi>}
        </h2>
        <Button
          size="small"
          onClick={() => go({ view: 'fleet', agentId: agent_id, item: null, query: '', tab: 'overview' }, 'push')}
        >
          Show in the tree
        </Button>
      </header>
      {hasBranch && (
        <TabList
          size="small"
          selectedValue={isWhole ? 'whole' : 'own'}
          onTabSelect={(_, { value }) => onWhole(value === 'whole')}
          className="pane-tabs"
        >
          <Tab value="own">Its own report</Tab>
          <Tab value="whole">Combined report</Tab>
        </TabList>
      )}
      {hasBranch && isWhole ? <TreeReportOf agent={agent} /> : <OneReport agent={agent} />}
    </>
  );
}
