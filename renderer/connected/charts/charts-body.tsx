import { memo, type ReactNode, useDeferredValue, useMemo, useState } from 'react';
import { Button } from '@fluentui/react-components';
import { chartSentence, spentChart, usageChart } from '../../selectors/usage-chart.ts';
import { spentGrid } from '../../selectors/spent-grid.ts';
import { gridOf } from '../../selectors/usage-grid.ts';
import { scopeOf } from '../../selectors/usage-groups.ts';
import { ChartLegend } from '../../views/chart-legend.tsx';
import { UsageChart, type Zoom } from '../../views/usage-chart.tsx';
import { useDashboard } from '../dashboard-context.ts';
import { useGo } from '../use-steps.ts';
import type { ChartChoice } from './chart-choice.ts';
import { ColourKeeper } from './colour-keeper.ts';
import { ChartsNote } from './charts-note.tsx';
import { rangeWords } from './range-words.ts';
import { type Usage, useUsage } from './use-usage.ts';

interface ChartsBodyProps extends ChartChoice {
  /** Selected in the tree; null: the whole fleet. */
  readonly root: string | null;
  /** Whose usage it is, in words. */
  readonly of: string;
}

/** The charts of the fleet or of a branch. Loaded when they are first opened. */
export default function ChartsBody({ root, of, ...choice }: ChartsBodyProps): ReactNode {
  const usage = useUsage(choice.range, null);
  // Who goes through the tree by keys sees each row at once, and the charts of the one where they stop.
  const [drawnRoot, drawnOf] = [useDeferredValue(root), useDeferredValue(of)];
  if (usage.status !== 'known') return <ChartsNote usage={usage} />;
  return <Charts key={choice.range} {...choice} root={drawnRoot} of={drawnOf} usage={usage} />;
}

type Known = Extract<Usage, { status: 'known' }>;

const Charts = memo(function Charts({
  usage,
  root,
  of,
  range,
  shown,
  grouping,
}: ChartsBodyProps & { readonly usage: Known }): ReactNode {
  const { store } = useDashboard();
  const go = useGo();
  const [zoom, setZoom] = useState<Zoom>(null);
  const [keeper] = useState(() => new ColourKeeper());
  const { history, looks } = usage;
  const models = useMemo(() => {
    // As the fleet is now: its own changes are no reason to draw again before the next look.
    const scope = scopeOf(store.getState().fleet, root, grouping);
    if (shown === 'spent') {
      const whole = root === null;
      const [tokens, cost] = [spentGrid(history, scope, 'tokens', whole), spentGrid(history, scope, 'cost_usd', whole)];
      const colours = keeper.assign([tokens, cost]);
      return [spentChart('tokens', tokens, colours), spentChart('cost', cost, colours)] as const;
    }
    const [cpu, memory] = [gridOf(history, looks, scope, 'cpu'), gridOf(history, looks, scope, 'memory')];
    const colours = keeper.assign([cpu, memory]);
    return [usageChart('cpu', cpu, colours), usageChart('memory', memory, colours)] as const;
  }, [history, looks, root, grouping, shown, store, keeper]);
  // Who spent tokens may have told no cost, and the other way round.
  const [first, second] = models;
  const legend = first.series.length < second.series.length ? second.series : first.series;
  return (
    <div className="charts">
      <div className="charts-row">
        {models.map((model) => (
          <UsageChart
            key={model.kind}
            model={model}
            sentence={chartSentence(model, rangeWords[range], of)}
            zoom={zoom}
            onZoom={setZoom}
          />
        ))}
      </div>
      <div className="charts-foot">
        <ChartLegend series={legend} onPick={(agentId) => go({ agentId }, 'replace')} />
        {zoom !== null && (
          <Button size="small" appearance="subtle" onClick={() => setZoom(null)}>
            Show all {rangeWords[range]}
          </Button>
        )}
      </div>
    </div>
  );
});
