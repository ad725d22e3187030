/** The views beside the fleet, each loaded when it is first opened. */
import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import type { View } from '../store/route.ts';

export const otherViews: Readonly<Record<Exclude<View, 'fleet'>, LazyExoticComponent<ComponentType>>> = {
  balance: lazy(() => import('./balance/page.tsx')),
  queue: lazy(() => import('./queue/page.tsx')),
  reports: lazy(() => import('./reports/page.tsx')),
  approvals: lazy(() => import('./approvals/page.tsx')),
  history: lazy(() => import('./history/page.tsx')),
  settings: lazy(() => import('./settings/page.tsx')),
};
