/** How the charts were set last time, in this browser. */
import type { HistoryRange } from '../../../protocol/measures.ts';
import type { Grouping } from '../../selectors/usage-groups.ts';

export interface ChartChoice {
  readonly open: boolean;
  readonly range: HistoryRange;
  readonly shown: 'used' | 'spent';
  readonly grouping: Grouping;
}

const name = 'ziggie-charts';

/** Where there is little room, the tree has it. */
const roomy = (): boolean => window.innerWidth >= 1100 && window.innerHeight >= 720;

export function keptChoice(): ChartChoice {
  const kept = read();
  return {
    open: kept['open'] === undefined ? roomy() : kept['open'] === true,
    range: kept['range'] === '1h' || kept['range'] === '24h' ? kept['range'] : '5m',
    shown: kept['shown'] === 'spent' ? 'spent' : 'used',
    grouping: kept['grouping'] === 'agent' ? 'agent' : 'branch',
  };
}

/** What was not chosen is not kept: whether there is room may be another answer tomorrow. */
export function keepChoice(part: Partial<ChartChoice>): void {
  try {
    window.localStorage.setItem(name, JSON.stringify({ ...read(), ...part }));
  } catch {
    // A browser that keeps nothing: the charts are as they are until the page is left.
  }
}

function read(): Record<string, unknown> {
  try {
    const kept: unknown = JSON.parse(window.localStorage.getItem(name) ?? '{}');
    return typeof kept === 'object' && kept !== null ? { ...kept } : {};
  } catch {
    return {}; // Not ours, or nothing is kept here: as at the first time.
  }
}
