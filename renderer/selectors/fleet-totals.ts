/** What the whole fleet uses, for the line above the tree. */
import { type DaySpent, utcDay } from '../../protocol/spending.ts';
import type { DashboardState } from '../store/state.ts';
import { dollars, megabytes, percent } from './format.ts';

export interface Total {
  readonly word: string;
  readonly value: string;
  readonly title: string;
}

/** `now` in ms since the epoch. What nothing is measured of is left out. */
export function fleetTotals(measured: DashboardState['measured'], day: DaySpent, now: number): readonly Total[] {
  const runs = [...measured.values()];
  const sum = (of: (one: (typeof runs)[number]) => number): number => runs.reduce((total, one) => total + of(one), 0);
  const used =
    runs.length === 0
      ? []
      : [
          {
            word: 'CPU',
            value: percent(sum(({ cpuPercent }) => cpuPercent)),
            title: 'Of all running agents, in percent of one core',
          },
          { word: 'Memory', value: megabytes(sum(({ memoryMb }) => memoryMb)), title: 'Of all running agents' },
        ];
  const today = day.date === utcDay(now) ? day.cost_usd : 0;
  return [...used, { word: 'Today', value: dollars(today), title: 'What agents told they cost since midnight UTC' }];
}
