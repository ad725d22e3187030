import { type ReactNode, useCallback, useEffect, useMemo, useState } from 'react';
import { decidedApprovals, openApprovals } from '../../selectors/approval-cards.ts';
import { cardId } from '../../views/approvals/approval-card.tsx';
import { ApprovalsView, headingId } from '../../views/approvals/approvals-view.tsx';
import { DecidedList } from '../../views/approvals/decided-list.tsx';
import { DenyForm } from '../../views/approvals/deny-form.tsx';
import { counted } from '../../selectors/format.ts';
import { useDashboardState } from '../dashboard-context.ts';
import { useGo } from '../use-steps.ts';
import { OpenCard } from './open-card.tsx';
import { type Decision, useDecisions } from './use-decisions.ts';

/** Cards at a time: an agent alone may have a hundred open requests. */
const pageLength = 30;

export default function ApprovalsPage(): ReactNode {
  const fleet = useDashboardState((state) => state.fleet);
  const { approvals } = fleet;
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- of the fleet only the approvals change what is shown
  const open = useMemo(() => openApprovals(fleet), [approvals]);
  const stale = useDashboardState(({ connection }) => connection.status !== 'live');
  const [most, setMost] = useState(pageLength);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [denying, setDenying] = useState(false);
  const { sent, decide } = useDecisions();
  useFocusOnItem();

  const left = open.filter(({ id }) => !sent.has(id));
  const selected = left.filter(({ id }) => chosen.has(id)).map(({ id }) => id);
  const onSelect = useCallback((id: string, on: boolean) => {
    setChosen((before) => new Set(on ? [...before, id] : [...before].filter((other) => other !== id)));
  }, []);
  const order = left.map(({ id }) => id).join(' ');
  const onDecide = useCallback(
    (id: string, decision: Decision) => {
      focusAfter(order.split(' '), id);
      void decide([id], decision);
    },
    [decide, order],
  );
  const denySelected = (message: string): void => {
    setDenying(false);
    setChosen(new Set());
    document.getElementById(headingId)?.focus();
    void decide(selected, { decision: 'deny', message: message === '' ? null : message });
  };
  return (
    <ApprovalsView
      open={open.length}
      selected={selected.length}
      stale={stale}
      disabled={stale}
      denyForm={
        denying && (
          <DenyForm
            what={`each of the ${counted(selected.length, 'selected request')}`}
            onDeny={denySelected}
            onCancel={() => setDenying(false)}
          />
        )
      }
      onDenySelected={() => setDenying(true)}
      onSelectAll={() => setChosen(new Set(left.map(({ id }) => id)))}
      onSelectNone={() => setChosen(new Set())}
      cards={open.slice(0, most).map((approval) => (
        <OpenCard
          key={approval.id}
          approval={approval}
          selected={chosen.has(approval.id)}
          sent={sent.get(approval.id) ?? null}
          disabled={stale}
          onSelect={onSelect}
          onDecide={onDecide}
        />
      ))}
      hidden={Math.max(0, open.length - most)}
      onShowMore={() => setMost(most + pageLength)}
      decided={<Decided />}
    />
  );
}

function Decided(): ReactNode {
  const fleet = useDashboardState((state) => state.fleet);
  const now = useDashboardState((state) => state.now);
  const open = useDashboardState(({ route }) => new URLSearchParams(route.query).has('decided'));
  const go = useGo();
  const { approvals } = fleet;
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- of the fleet only the approvals change what is shown
  const decided = useMemo(() => decidedApprovals(fleet), [approvals]);
  if (decided.length === 0) return null;
  return (
    <DecidedList
      decided={decided}
      open={open}
      now={now}
      onOpen={(wanted) => go({ query: wanted ? 'decided=1' : '' }, 'replace')}
    />
  );
}

/** The next one below, else the one above, else the heading: the keyboard is never left nowhere. */
function focusAfter(order: readonly string[], id: string): void {
  const at = order.indexOf(id);
  const next = order[at + 1] ?? order[at - 1];
  const card = next === undefined ? null : document.getElementById(cardId(next));
  (card ?? document.getElementById(headingId))?.focus();
}

/** The address names one request: it is what the reader came for. */
function useFocusOnItem(): void {
  const item = useDashboardState(({ route }) => route.item);
  useEffect(() => {
    if (item !== null) document.getElementById(cardId(item))?.focus();
  }, [item]);
}
