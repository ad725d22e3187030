/** The views beside the fleet, each loaded when it is first opened. */
import type { ComponentType, LazyExoticComponent } from 'react';
import type { View } from '../store/route.ts';
import { lazyPart } from './lazy-part.ts';

export const otherViews: Readonly<Record<Exclude<View, 'fleet'>, LazyExoticComponent<ComponentType>>> = {
  balance: lazyPart(() => import('./balance/page.tsx')),
  queue: lazyPart(() => import('./queue/page.tsx')),
  reports: lazyPart(() => import('./reports/page.tsx')),
  approvals: lazyPart(() => import('./approvals/page.tsx')),
  history: lazyPart(() => import('./history/page.tsx')),
  settings: lazyPart(() => import('./settings/page.tsx')),
};
