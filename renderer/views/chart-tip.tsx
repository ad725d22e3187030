import type { ReactNode } from 'react';
import { clockTime } from '../selectors/format.ts';
import { amount, type ChartModel } from '../selectors/usage-chart.ts';

interface ChartTipProps {
  readonly model: ChartModel;
  /** The bucket under the pointer, ms since the epoch; null: none. */
  readonly at: number | null;
}

/** Who used how much at one moment, the largest first. */
export function ChartTip({ model, at }: ChartTipProps): ReactNode {
  const { kind, series, bucketMs } = model;
  const row = at === null ? undefined : model.rows.find((one) => one.at === at);
  if (at === null || row === undefined) return null;
  const values = series
    .map((one) => ({ ...one, value: row[one.key] ?? null }))
    .filter(({ value }) => value !== null && value > 0)
    .sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  return (
    <div className="chart-tip">
      <p className="chart-tip-time">
        {time(at)}
        {bucketMs > 2000 && ` to ${time(at + bucketMs)}`}
      </p>
      {row.total === null ? (
        <p>not measured</p>
      ) : (
        <dl>
          {values.map(({ key, label, colour, value }) => (
            <div key={key}>
              <dt>
                <span className="chart-swatch" style={{ background: `var(--chart-${colour ?? 'rest'})` }} />
                <bdi>{label}</bdi>
              </dt>
              <dd>{amount(kind, value ?? 0)}</dd>
            </div>
          ))}
          {values.length !== 1 && (
            <div className="chart-tip-total">
              <dt>all</dt>
              <dd>{amount(kind, row.total)}</dd>
            </div>
          )}
        </dl>
      )}
    </div>
  );
}

const time = (ms: number): string => clockTime(new Date(ms).toISOString(), Date.now());
