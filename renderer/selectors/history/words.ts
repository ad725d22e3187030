/** How the values of a filter are said. */
import type { Facet, Range } from './filter.ts';
import { type Verdict, verdictWords } from '../report-list.ts';

export const facetWords: Readonly<Record<Facet, string>> = {
  status: 'Status',
  level: 'Level',
  runtime: 'Runtime',
  verdict: 'Report',
  reason: 'Reason',
};

export const rangeWords: Readonly<Record<Range, string>> = {
  '': 'Any time',
  '1h': 'Last hour',
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
};

export function valueWords(facet: Facet, value: string): string {
  switch (facet) {
    case 'status':
      return value.replace('_', ' ');
    case 'level':
      return `L${value}`;
    case 'verdict':
      return value === 'none' ? 'None, and none due' : (verdictWords[value as Verdict] ?? value);
    case 'runtime':
    case 'reason':
      return value;
  }
}
