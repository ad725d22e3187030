import { type ReactNode, Suspense, useState } from 'react';
import { Button } from '@fluentui/react-components';
import type { Agent } from '../../../protocol/agent.ts';
import type { AgentRecord } from '../../../protocol/record.ts';
import type { HistoryRange } from '../../../protocol/measures.ts';
import { megabytes, percent } from '../../selectors/format.ts';
import { agentTitle } from '../../selectors/tree-rows.ts';
import { budgetTable, spentTable } from '../../selectors/usage-table.ts';
import { visible } from '../../selectors/visible-text.ts';
import { FigureTable } from '../../views/figure-table.tsx';
import { Segments } from '../../views/segments.tsx';
import { rangeOptions } from '../charts/range-words.ts';
import { useDashboardState } from '../dashboard-context.ts';
import { lazyPart } from '../lazy-part.ts';
import { useRecord } from './use-record.ts';
import '../../views/usage-page.css';

const UsageCharts = lazyPart(() => import('./usage-charts.tsx'));

/** What an agent uses of the machine, of tokens and money, and what it may. */
export default function UsageTab({ agent }: { readonly agent: Agent }): ReactNode {
  const [range, setRange] = useState<HistoryRange>('5m');
  const fleet = useDashboardState((state) => state.fleet);
  const { answer, retry } = useRecord(agent);
  const id = agent.facts.agent_id;
  const spent = spentTable(fleet, agent);
  const budget = answer?.ok === true ? answer.value.budget : null;
  return (
    <div className="usage">
      <div className="usage-head">
        <p>{answer?.ok === true ? runWords(answer.value) : ' '}</p>
        <Segments label="Time" options={rangeOptions} value={range} onChoose={setRange} />
      </div>
      <Suspense fallback={null}>
        <UsageCharts agentId={id} title={agentTitle(agent)} range={range} />
      </Suspense>
      {spent === null ? (
        <p className="usage-note">Its runtime has told nothing of tokens or cost.</p>
      ) : (
        <FigureTable title="Tokens and cost" table={spent} note="" />
      )}
      {answer?.ok === true && budget === null && <p className="usage-note">No budget binds it.</p>}
      {budget !== null && (
        <FigureTable
          title="Budget of it and all below it"
          table={budgetTable(budget, fleet)}
          note={budgetNote(budget)}
        />
      )}
      {answer?.ok === false && (
        <p className="usage-note" role="alert">
          <bdi>Averages and budget could not be read: {visible(answer.failure.message)}</bdi>{' '}
          <Button size="small" onClick={retry}>
            Try again
          </Button>
        </p>
      )}
    </div>
  );
}

function runWords({ cpu_percent_avg: cpu, memory_mb_peak: memory, attempt }: AgentRecord): string {
  const parts = [
    ...(cpu === null ? [] : [`CPU ${percent(cpu)} of one core on average`]),
    ...(memory === null ? [] : [`memory ${megabytes(memory)} at its peak`]),
  ];
  const which = attempt > 1 ? `Attempt ${attempt}` : 'Whole run';
  return parts.length === 0 ? `${which}: nothing measured yet` : `${which}: ${parts.join(', ')}`;
}

const budgetNote = ({ on_exceeded: then, exact }: NonNullable<AgentRecord['budget']>): string =>
  `At a limit ${then === 'stop' ? 'what runs here is stopped' : 'nothing new is started here'}.${exact ? ' Whoever is deployed below it must ask for its part.' : ''}`;
