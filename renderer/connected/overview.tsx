import type { ReactNode } from 'react';
import type { Agent } from '../../protocol/agent.ts';
import { agentDetails } from '../selectors/agent-details.ts';
import { AgentOverview } from '../views/agent-overview.tsx';
import { useDashboardState } from './dashboard-context.ts';

export function Overview({ agent }: { readonly agent: Agent }): ReactNode {
  const now = useDashboardState((state) => state.now);
  const problems = agent.life.status === 'ended' ? agent.life.ending.report_problems : [];
  return <AgentOverview groups={agentDetails(agent, now)} problems={problems} />;
}
