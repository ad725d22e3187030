import { type ReactNode, useMemo, useState } from 'react';
import type { HistoryRange } from '../../../protocol/measures.ts';
import { chartSentence, usageChart } from '../../selectors/usage-chart.ts';
import { gridOf } from '../../selectors/usage-grid.ts';
import { UsageChart, type Zoom } from '../../views/usage-chart.tsx';
import { ChartsNote } from '../charts/charts-note.tsx';
import { rangeWords } from '../charts/range-words.ts';
import { type Usage, useUsage } from '../charts/use-usage.ts';

interface UsageChartsProps {
  readonly agentId: string;
  readonly title: string;
  readonly range: HistoryRange;
}

/** CPU and memory of one agent by itself. */
export default function UsageCharts({ agentId, title, range }: UsageChartsProps): ReactNode {
  const usage = useUsage(range, agentId);
  if (usage.status !== 'known') return <ChartsNote usage={usage} />;
  return <Known key={range} usage={usage} agentId={agentId} title={title} range={range} />;
}

type KnownProps = UsageChartsProps & { readonly usage: Extract<Usage, { status: 'known' }> };

function Known({ usage: { history, looks }, agentId, title, range }: KnownProps): ReactNode {
  const [zoom, setZoom] = useState<Zoom>(null);
  const models = useMemo(() => {
    const own = { key: agentId, label: title };
    const scope = { groupOf: (id: string) => (id === agentId ? own : null) };
    const colours = new Map([[agentId, 0]]);
    return (['cpu', 'memory'] as const).map((kind) =>
      usageChart(kind, gridOf(history, looks, scope, kind, true), colours, true),
    );
  }, [history, looks, agentId, title]);
  return (
    <div className="charts">
      <div className="charts-row">
        {models.map((model) => (
          <UsageChart
            key={model.kind}
            model={model}
            sentence={chartSentence(model, rangeWords[range], title)}
            zoom={zoom}
            onZoom={setZoom}
          />
        ))}
      </div>
    </div>
  );
}
