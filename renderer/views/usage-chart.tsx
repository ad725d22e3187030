import { memo, type ReactNode, useId, useMemo } from 'react';
import { Area, AreaChart, Brush, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { tickTime, timeTicks } from '../selectors/time-ticks.ts';
import { axisAmount, type ChartModel, chartWords, kindWords } from '../selectors/usage-chart.ts';
import { ChartTip } from './chart-tip.tsx';
import './usage-chart.css';

/** Which part of the time is shown, ms since the epoch; null: all of it. */
export type Zoom = readonly [fromMs: number, toMs: number] | null;

interface UsageChartProps {
  readonly model: ChartModel;
  /** What the picture shows, in words. */
  readonly sentence: string;
  readonly zoom: Zoom;
  readonly onZoom: (zoom: Zoom) => void;
}

/** One chart over time: its figures in words, the stack, and a brush to look closer. */
export const UsageChart = memo(function UsageChart({ model, sentence, zoom, onZoom }: UsageChartProps): ReactNode {
  const heading = useId();
  const { kind } = model;
  return (
    <figure className="chart" aria-labelledby={heading}>
      <figcaption id={heading}>
        <span className="chart-kind">{kindWords[kind]}</span>
        {kind === 'cpu' && <span className="chart-unit"> % of one core</span>}
        <span className="chart-figures" aria-hidden title={chartWords(model)}>
          {chartWords(model)}
        </span>
        <span className="unseen">{sentence}</span>
      </figcaption>
      <div className="chart-picture">
        {model.series.length === 0 ? (
          <p className="chart-empty">
            {kind === 'tokens' || kind === 'cost' ? 'Nothing spent' : 'Nothing measured'} yet
          </p>
        ) : (
          <Picture model={model} zoom={zoom} onZoom={onZoom} />
        )}
      </div>
    </figure>
  );
});

const tick = { fill: 'var(--colorNeutralForeground3)', fontSize: 11 };
const margin = { top: 4, right: 8, bottom: 0, left: 0 };

function Picture({ model, zoom, onZoom }: Omit<UsageChartProps, 'sentence'>): ReactNode {
  const { kind, rows, series, bucketMs } = model;
  const data = useMemo(() => [...rows], [rows]);
  const last = rows.length - 1;
  const placeOf = (ms: number): number => {
    const at = Math.round((ms - (rows[0]?.at ?? 0)) / bucketMs);
    return Math.max(0, Math.min(last, at));
  };
  const [start, end] = zoom === null ? [0, last] : [placeOf(zoom[0]), placeOf(zoom[1])];
  const ticks = timeTicks(rows[start]?.at ?? 0, rows[end]?.at ?? 0, 6);
  const lone = rows.some((row, at) => isLone(rows, at) && row.total !== null);
  return (
    <ResponsiveContainer width="100%" height="100%" minWidth={0}>
      <AreaChart data={data} margin={margin} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--colorNeutralStroke2)" />
        <XAxis
          dataKey="at"
          type="number"
          scale="time"
          domain={['dataMin', 'dataMax']}
          ticks={[...ticks]}
          tickFormatter={tickTime}
          tick={tick}
          tickLine={false}
          stroke="var(--colorNeutralStroke1)"
          height={18}
        />
        <YAxis
          tickFormatter={(value: number) => axisAmount(kind, value)}
          tick={tick}
          tickLine={false}
          axisLine={false}
          tickCount={4}
          width={58}
          domain={[0, 'auto']}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: 'var(--colorNeutralForeground3)' }}
          content={({ active, label }) => <ChartTip model={model} at={active ? Number(label) : null} />}
        />
        {series.map(({ key, label, colour }) => (
          <Area
            key={key}
            dataKey={key}
            name={label}
            stackId="all"
            type="linear"
            isAnimationActive={false}
            connectNulls={false}
            className={`chart-area chart-colour-${colour ?? 'rest'}`}
            {...paint(colour, series.length)}
            dot={
              lone
                ? ({ cx, cy, index }) => <Lone key={index} show={isLone(rows, index)} x={cx} y={cy} colour={colour} />
                : false
            }
            activeDot={false}
          />
        ))}
        <Brush
          dataKey="at"
          height={14}
          travellerWidth={8}
          stroke="var(--colorNeutralStrokeAccessible)"
          fill="var(--colorNeutralBackground3)"
          tickFormatter={() => ''}
          ariaLabel={`Part of the time that is shown, ${kindWords[kind]}`}
          startIndex={start}
          endIndex={end}
          onChange={({ startIndex, endIndex }) => {
            const whole = startIndex === 0 && endIndex === last;
            onZoom(whole ? null : [rows[startIndex]?.at ?? 0, rows[endIndex]?.at ?? 0]);
          }}
        />
      </AreaChart>
    </ResponsiveContainer>
  );
}

/** A measurement between two gaps has no line to be seen by. */
const isLone = (rows: ChartModel['rows'], at: number): boolean =>
  (rows[at - 1]?.total ?? null) === null && (rows[at + 1]?.total ?? null) === null;

interface LoneProps {
  readonly show: boolean;
  readonly x: number | undefined;
  readonly y: number | undefined;
  readonly colour: number | null;
}

function Lone({ show, x, y, colour }: LoneProps): ReactNode {
  if (!show || x === undefined || y === undefined) return null;
  return <circle cx={x} cy={y} r={2.5} fill={`var(--chart-${colour ?? 'rest'})`} />;
}

/** Areas of a stack have a seam between them, so that they can be told apart without their colours, too. */
function paint(colour: number | null, many: number) {
  const own = `var(--chart-${colour ?? 'rest'})`;
  if (many === 1) return { fill: own, fillOpacity: 0.25, stroke: own, strokeWidth: 1.5 };
  return { fill: own, fillOpacity: 1, stroke: 'var(--colorNeutralBackground1)', strokeWidth: 0.5 };
}
