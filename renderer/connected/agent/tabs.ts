/** What the pane shows of an agent, each loaded when it is first opened. */
import type { ComponentType, LazyExoticComponent } from 'react';
import type { Agent } from '../../../protocol/agent.ts';
import type { AgentTab } from '../../store/route.ts';
import { AgentLog } from '../agent-log.tsx';
import { lazyPart } from '../lazy-part.ts';
import { Overview } from '../overview.tsx';

interface TabProps {
  readonly agent: Agent;
  /** What the address says beside agent and tab: a place in the log. */
  readonly query: string;
}
type TabOf = ComponentType<TabProps>;

export const tabs: Readonly<Record<AgentTab, TabOf | LazyExoticComponent<TabOf>>> = {
  overview: Overview,
  log: AgentLog,
  usage: lazyPart(() => import('./usage-tab.tsx')),
  report: lazyPart(() => import('./report-tab.tsx')),
  children: lazyPart(() => import('./children-tab.tsx')),
  events: lazyPart(() => import('./events-tab.tsx')),
};
