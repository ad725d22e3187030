import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { limitRows } from '../../selectors/queue-limits.ts';
import { type QueueRow, queueRows } from '../../selectors/queue-rows.ts';
import { type QueueStep, QueueTable } from '../../views/queue/queue-table.tsx';
import { QueueView } from '../../views/queue/queue-view.tsx';
import { useDashboard, useDashboardState } from '../dashboard-context.ts';
import { CancelDialog } from './cancel-dialog.tsx';
import { IntakeDialog } from './intake-dialog.tsx';
import { usePriorities } from './use-priorities.ts';
import { useQueueAnswer } from './use-queue-answer.ts';

const pageLength = 100;

export default function QueuePage(): ReactNode {
  const { store } = useDashboard();
  const { agents, counts } = useDashboardState(({ fleet }) => fleet);
  const now = useDashboardState((state) => state.now);
  const stale = useDashboardState(({ connection }) => connection.status !== 'live');
  const { answer, failure, ask, put } = useQueueAnswer();
  const { wanted, move } = usePriorities();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [most, setMost] = useState(pageLength);
  const [cancelling, setCancelling] = useState<readonly QueueRow[] | null>(null);
  const [intake, setIntake] = useState<boolean | null>(null);
  // Who waits changes with the agents; a second of the clock matters to back-offs only.
  const second = counts.backoff > 0 ? now : 0;
  const rows = useMemo(
    () => queueRows(store.getState().fleet, answer, wanted, second === 0 ? Date.now() : second),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the fleet is read where its agents changed
    [store, agents, answer, wanted, second],
  );
  const shown = rows.slice(0, most);
  const selected = shown.filter(({ agentId }) => chosen.has(agentId));
  const ids = selected.map(({ agentId }) => agentId);

  const onSelect = useCallback((id: string, on: boolean) => {
    setChosen((before) => new Set(on ? [...before, id] : [...before].filter((other) => other !== id)));
  }, []);
  const onStep = useCallback(
    (id: string, step: QueueStep) => {
      if (step === 'cancel') setCancelling(rows.filter(({ agentId }) => agentId === id));
      else move([id], step === 'sooner' ? -1 : 1);
    },
    [rows, move],
  );
  return (
    <>
      <QueueView
        summary={summaryOf(rows)}
        limits={answer === null ? [] : limitRows(answer, store.getState().fleet)}
        intakePaused={answer?.intake_paused ?? null}
        selected={selected.length}
        stale={stale}
        failure={stale ? null : failure}
        onRetry={ask}
        onIntake={setIntake}
        onSooner={() => move(ids, -1)}
        onLater={() => move(ids, 1)}
        onCancel={() => setCancelling(selected)}
        table={
          rows.length === 0 ? null : (
            <QueueTable
              rows={shown}
              selected={chosen}
              now={now}
              disabled={stale}
              onSelect={onSelect}
              onSelectAll={(on) => setChosen(new Set(on ? shown.map(({ agentId }) => agentId) : []))}
              onStep={onStep}
            />
          )
        }
        hidden={rows.length - shown.length}
        onShowMore={() => setMost(most + pageLength)}
      />
      {cancelling !== null && (
        <CancelDialog
          rows={cancelling}
          onDone={() => {
            setCancelling(null);
            setChosen(new Set());
          }}
        />
      )}
      {intake !== null && (
        <IntakeDialog paused={intake} waiting={rows.length} onAnswer={put} onDone={() => setIntake(null)} />
      )}
    </>
  );
}

function summaryOf(rows: readonly QueueRow[]): string {
  const of = (kind: QueueRow['kind']): number => rows.filter((row) => row.kind === kind).length;
  if (rows.length === 0) return 'nobody waits';
  const parts = [`${of('waiting')} waiting`];
  if (of('backoff') > 0) parts.push(`${of('backoff')} in back-off`);
  if (of('held') > 0) parts.push(`${of('held')} in a paused branch`);
  return parts.join(' · ');
}
