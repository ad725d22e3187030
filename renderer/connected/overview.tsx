import { type ReactNode, useMemo } from 'react';
import type { Agent } from '../../protocol/agent.ts';
import { withGroup } from '../../protocol/group-record.ts';
import { agentRecord } from '../../protocol/record.ts';
import { agentPath, stepWords } from '../selectors/agent-path.ts';
import { agentDetails } from '../selectors/agent-details.ts';
import { attemptRows } from '../selectors/attempts.ts';
import { lifeSteps } from '../selectors/life-steps.ts';
import { waitsFor } from '../selectors/waits-for.ts';
import { AgentOverview } from '../views/agent-overview.tsx';
import { AgentLife, type LifeModel } from '../views/agent/agent-life.tsx';
import { useAgentEvents, versionOf } from './agent/use-agent-events.ts';
import { useDashboardState } from './dashboard-context.ts';
import { useSettings } from './use-settings.ts';

export function Overview({ agent }: { readonly agent: Agent }): ReactNode {
  const fleet = useDashboardState((state) => state.fleet);
  const now = useDashboardState((state) => state.now);
  const rules = useSettings()?.balance ?? null;
  const { agents, approvals } = fleet;
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- of the fleet they depend on agents and approvals alone
  const waits = useMemo(() => waitsFor(fleet, agent), [agents, approvals, agent]);
  const record = agentRecord(agent);
  // Until the rules are known the group is shown as it was when the agent was accepted.
  const { balance } = rules === null ? record : withGroup(record, agent, fleet, rules, () => now);
  const problems = agent.life.status === 'ended' ? agent.life.ending.report_problems : [];
  const parent = agentPath(fleet, agent.facts.agent_id).at(-2);
  const isNamed = parent !== undefined && parent.agentId !== null && parent.type !== '';
  const parentName = isNamed ? stepWords(parent) : undefined;
  return (
    <AgentOverview
      groups={agentDetails(agent, now, { balance, maxShare: rules?.max_share ?? null, parentName })}
      problems={problems}
      waits={waits}
      now={now}
      life={<Life key={agent.facts.agent_id} agent={agent} />}
    />
  );
}

function Life({ agent }: { readonly agent: Agent }): ReactNode {
  const now = useDashboardState((state) => state.now);
  const { asked, again } = useAgentEvents(agent.facts.agent_id, lifeVersion(agent));
  const life: LifeModel =
    asked.status === 'known'
      ? {
          status: 'known',
          steps: lifeSteps(asked.value.events, now),
          attempts: attemptRows(asked.value.events, agent),
          isCut: asked.value.isCut,
        }
      : asked.status === 'failed'
        ? { status: 'failed', message: asked.failure.message }
        : asked;
  return <AgentLife life={life} now={now} onAgain={again} />;
}

/** What it uses changes every second, and is no turn of its life. */
const lifeVersion = ({ life, asking, replan, facts }: Agent): string =>
  [versionOf(life), asking === undefined ? '' : versionOf(asking), replan?.at ?? '', facts.priority].join(' ');
