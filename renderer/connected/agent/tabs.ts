/** What the pane shows of an agent, each loaded when it is first opened. */
import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import type { Agent } from '../../../protocol/agent.ts';
import type { AgentTab } from '../../store/route.ts';
import { AgentLog } from '../agent-log.tsx';
import { Overview } from '../overview.tsx';

type TabOf = ComponentType<{ readonly agent: Agent }>;

export const tabs: Readonly<Record<AgentTab, TabOf | LazyExoticComponent<TabOf>>> = {
  overview: Overview,
  log: AgentLog,
  usage: lazy(() => import('./usage-tab.tsx')),
  report: lazy(() => import('./report-tab.tsx')),
  children: lazy(() => import('./children-tab.tsx')),
  events: lazy(() => import('./events-tab.tsx')),
};
