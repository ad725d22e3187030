import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { readSavedViews, type SavedView, withView, writeSavedViews } from '../client/saved-views.ts';
import { possibleVerbs } from '../selectors/agent-actions.ts';
import { filterQuery, matcherOf, parseFilter, withFilter } from '../selectors/fleet-filter.ts';
import { withDeployBegun, withMarked } from '../store/changes.ts';
import { change } from '../store/dashboard-store.ts';
import { FleetToolbar, MarkedBar } from '../views/fleet-toolbar.tsx';
import { ViewsMenu } from '../views/views-menu.tsx';
import { useDashboard, useDashboardState } from './dashboard-context.ts';
import { useAgentActions } from './use-agent-actions.ts';
import { isWriting } from './use-search-keys.ts';
import { useGo } from './use-steps.ts';

/** Above the tree: the filter, or what can be done to those that were chosen. */
export function Toolbar(): ReactNode {
  const isChoosing = useDashboardState(({ marked }) => marked.size > 0);
  return isChoosing ? <Marked /> : <Filtering />;
}

function Marked(): ReactNode {
  const { store } = useDashboard();
  const marked = useDashboardState((state) => state.marked);
  const fleet = useDashboardState((state) => state.fleet);
  const { act, copyIds } = useAgentActions();
  const ids = [...marked].filter((id) => fleet.agents.has(id));
  return (
    <MarkedBar
      count={ids.length}
      verbs={possibleVerbs(fleet, ids)}
      onVerb={(verb) => act(verb, ids)}
      onCopy={() => copyIds(ids)}
      onClear={() => change(store, withMarked, [])}
    />
  );
}

function Filtering(): ReactNode {
  const { store } = useDashboard();
  const query = useDashboardState(({ route }) => route.query);
  const agents = useDashboardState(({ fleet }) => fleet.agents);
  const agentId = useDashboardState(({ route }) => route.agentId);
  const field = useRef<HTMLInputElement>(null);
  const go = useGo();
  useFilterKey(field);
  const filter = useMemo(() => parseFilter(query), [query]);
  const found = useMemo(() => {
    const matches = matcherOf(filter);
    return matches === null ? null : [...agents.values()].filter(matches).length;
  }, [filter, agents]);
  return (
    <>
      <FleetToolbar
        text={filter.text}
        onText={(text) => go({ query: withFilter(query, { ...filter, text }) }, 'replace')}
        field={field}
        found={found}
        views={<Views address={query} query={filterQuery(filter)} />}
        onDeploy={() => change(store, withDeployBegun, agentId ?? '')}
      />
    </>
  );
}

interface ViewsProps {
  /** What the address holds. */
  readonly address: string;
  /** The filter in it. */
  readonly query: string;
}

function Views({ address, query }: ViewsProps): ReactNode {
  const [views, setViews] = useState(() => readSavedViews(window.localStorage));
  const go = useGo();
  const keep = (changed: readonly SavedView[]): void => {
    setViews(changed);
    writeSavedViews(window.localStorage, changed);
  };
  return (
    <ViewsMenu
      names={views.map(({ name }) => name)}
      current={views.find((view) => view.query === query)?.name ?? null}
      canSave={query !== ''}
      onOpen={(name) => {
        const filter = parseFilter(views.find((view) => view.name === name)?.query ?? '');
        go({ query: withFilter(address, filter) }, 'push');
      }}
      onSave={(name) => keep(withView(views, { name, query }))}
      onRemove={(name) => keep(views.filter((view) => view.name !== name))}
    />
  );
}

/** `/` goes to the filter, from wherever nothing is being written. */
function useFilterKey(field: { readonly current: HTMLInputElement | null }): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { target } = event;
      if (event.key !== '/' || isWriting(event) || event.defaultPrevented || event.ctrlKey || event.metaKey) return;
      // A log has a search of its own, and a full page lies over the tree.
      const isElsewhere = target instanceof HTMLElement && target.closest('.log') !== null;
      if (isElsewhere || field.current === null || field.current.closest('[inert]') !== null) return;
      event.preventDefault();
      field.current.focus();
    };
    // Before the tree, which would take it for the beginning of a name.
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, [field]);
}
