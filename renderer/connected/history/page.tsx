import { type ReactNode, useCallback, useMemo } from 'react';
import { Button } from '@fluentui/react-components';
import { saveText } from '../../client/save-file.ts';
import { historyCsv, historyJson } from '../../selectors/history/export.ts';
import {
  type Facet,
  facetCounts,
  filteredRows,
  type HistoryFilter,
  historyQuery,
  parseHistory,
  sortedRows,
  withFacet,
  withoutFilter,
  withSort,
} from '../../selectors/history/filter.ts';
import { type HistoryRow, historyRows } from '../../selectors/history/rows.ts';
import { summaryOf } from '../../selectors/history/summary.ts';
import { FailureReasons, HistoryStrip } from '../../views/history/history-strip.tsx';
import { HistoryTable } from '../../views/history/history-table.tsx';
import { HistoryToolbar } from '../../views/history/history-toolbar.tsx';
import { useDashboardState } from '../dashboard-context.ts';
import { useGo } from '../use-steps.ts';
import '../../views/history/history.css';

const minuteMs = 60_000;

/** Every agent that has ended, and what they come to together. */
export default function HistoryPage(): ReactNode {
  const agents = useDashboardState(({ fleet }) => fleet.agents);
  const query = useDashboardState(({ route }) => route.query);
  // Time ranges and dates need no more than the minute: the table is not drawn anew each second.
  const now = useDashboardState((state) => Math.ceil(state.now / minuteMs) * minuteMs);
  const go = useGo();
  const filter = useMemo(() => parseHistory(query), [query]);
  const onFilter = useCallback((next: HistoryFilter) => go({ query: historyQuery(next) }, 'replace'), [go]);
  const rows = historyRows({ agents });
  const shown = useMemo(() => filteredRows(rows, filter, now), [rows, filter, now]);
  const sorted = useMemo(() => sortedRows(shown, filter), [shown, filter]);
  const summary = useMemo(() => summaryOf(shown), [shown]);
  const counts = useMemo(() => countsOf(rows, filter), [rows, filter]);
  const reasons = useMemo(
    () => facetCounts(filteredRows(rows, withFacet(filter, 'reason', []), now), 'reason'),
    [rows, filter, now],
  );
  const onClear = (): void => onFilter(withoutFilter(filter));
  const toggle = (reason: string): void => {
    const { reason: chosen } = filter.chosen;
    const isOn = chosen.includes(reason);
    onFilter(withFacet(filter, 'reason', isOn ? chosen.filter((other) => other !== reason) : [...chosen, reason]));
  };
  return (
    <div className="history">
      <h2 className="unseen">History</h2>
      <HistoryToolbar
        filter={filter}
        counts={counts}
        canExport={sorted.length > 0}
        onFilter={onFilter}
        onClear={onClear}
        onCsv={() => saveText(fileName('csv'), 'text/csv', historyCsv(sorted))}
        onJson={() => saveText(fileName('json'), 'application/json', historyJson(sorted))}
      />
      <HistoryStrip summary={summary} />
      {sorted.length === 0 ? (
        <Nothing isEmpty={!rows.some(({ isEnded }) => isEnded)} onClear={onClear} />
      ) : (
        <HistoryTable
          rows={sorted}
          sort={filter.sort}
          descending={filter.descending}
          now={now}
          onSort={(column) => onFilter(withSort(filter, column))}
        />
      )}
      <FailureReasons reasons={reasons} chosen={filter.chosen.reason} onToggle={toggle} />
    </div>
  );
}

function Nothing({ isEmpty, onClear }: { readonly isEmpty: boolean; readonly onClear: () => void }): ReactNode {
  if (isEmpty) {
    return (
      <div className="history-none" role="status">
        <p>No agent has ended yet. Each stands here when it has, until the retention of the settings forgets it.</p>
      </div>
    );
  }
  return (
    <div className="history-none" role="status">
      <p>No agent is as the filter asks.</p>
      <Button size="small" onClick={onClear}>
        Show all
      </Button>
    </div>
  );
}

/** Of all that could be shown, so that a choice does not take the others away. */
function countsOf(
  rows: readonly HistoryRow[],
  { all }: HistoryFilter,
): Record<Facet, readonly (readonly [string, number])[]> {
  const meant = all ? rows : rows.filter(({ isEnded }) => isEnded);
  const of = (facet: Facet) => facetCounts(meant, facet);
  const byLevel = [...of('level')].sort(([a], [b]) => Number(a) - Number(b));
  return { status: of('status'), level: byLevel, runtime: of('runtime'), verdict: of('verdict'), reason: [] };
}

const fileName = (ending: string): string =>
  `ziggie-history-${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}.${ending}`;
