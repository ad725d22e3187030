import { type ReactNode, Suspense, useState } from 'react';
import { agentTitle } from '../../selectors/tree-rows.ts';
import { visible } from '../../selectors/visible-text.ts';
import { ChartsPanel } from '../../views/charts-panel.tsx';
import { Segments } from '../../views/segments.tsx';
import { useDashboardState } from '../dashboard-context.ts';
import { lazyPart } from '../lazy-part.ts';
import { type ChartChoice, keepChoice, keptChoice } from './chart-choice.ts';
import { rangeOptions } from './range-words.ts';

const ChartsBody = lazyPart(() => import('./charts-body.tsx'));

const shownOptions = [
  ['used', 'CPU and memory'],
  ['spent', 'Tokens and cost'],
] as const;
const groupingOptions = [
  ['branch', 'by branch'],
  ['agent', 'by agent'],
] as const;

/** Charts below the tree, of what is selected in it. */
export function FleetCharts(): ReactNode {
  const [choice, setChoice] = useState<ChartChoice>(keptChoice);
  const root = useDashboardState(({ fleet, route: { agentId } }) =>
    agentId !== null && (fleet.agents.has(agentId) || fleet.externals.has(agentId)) ? agentId : null,
  );
  const of = useDashboardState(({ fleet }) => whose(root === null ? undefined : fleet.agents.get(root), root));
  const choose = (part: Partial<ChartChoice>): void => {
    setChoice((before) => ({ ...before, ...part }));
    keepChoice(part);
  };
  const { open, range, shown, grouping } = choice;
  return (
    <ChartsPanel
      open={open}
      of={of}
      onOpen={(next) => choose({ open: next })}
      controls={
        <>
          <Segments
            label="What is shown"
            options={shownOptions}
            value={shown}
            onChoose={(to) => choose({ shown: to })}
          />
          <Segments
            label="Told apart"
            options={groupingOptions}
            value={grouping}
            onChoose={(to) => choose({ grouping: to })}
          />
          <Segments label="Time" options={rangeOptions} value={range} onChoose={(to) => choose({ range: to })} />
        </>
      }
    >
      <Suspense fallback={null}>
        <ChartsBody {...choice} root={root} of={of} />
      </Suspense>
    </ChartsPanel>
  );
}

function whose(agent: Parameters<typeof agentTitle>[0] | undefined, root: string | null): string {
  if (root === null) return 'all agents';
  const title = agent === undefined ? visible(root) : agentTitle(agent);
  const children = agent === undefined ? 1 : agent.children.length;
  return children === 0 ? title : `${title} and all below it`;
}
