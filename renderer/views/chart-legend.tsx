import type { ReactNode } from 'react';
import type { Series } from '../selectors/usage-chart.ts';

interface ChartLegendProps {
  readonly series: readonly Series[];
  readonly onPick: (agentId: string) => void;
}

/** Which colour is who; those that are an agent of the tree can be selected. */
export function ChartLegend({ series, onPick }: ChartLegendProps): ReactNode {
  if (series.length === 0) return null;
  return (
    <ul className="chart-legend" aria-label="Legend">
      {series.map(({ key, id, label, colour }) => (
        <li key={key}>
          <span className="chart-swatch" style={{ background: `var(--chart-${colour ?? 'rest'})` }} />
          {id === '' ? (
            <bdi>{label}</bdi>
          ) : (
            <button type="button" onClick={() => onPick(id)} title={`Select ${label}`}>
              <bdi>{label}</bdi>
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
