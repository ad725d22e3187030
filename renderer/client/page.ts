/** Ties the store to the browser's own clock and address bar. */
import { withNow, withRoute } from '../store/changes.ts';
import { change, type DashboardStore } from '../store/dashboard-store.ts';
import { parseRoute, type Route, routeHash } from '../store/route.ts';
import { takeCode } from './address.ts';
import { mayGo } from './leave-guard.ts';

/** One tick a second for every age and duration on the page; none while nobody looks. */
export function startClock(store: DashboardStore): void {
  const tick = (): void => {
    if (document.visibilityState === 'visible') change(store, withNow, Date.now());
  };
  setInterval(tick, 1000);
  document.addEventListener('visibilitychange', tick);
}

/** The address leads: a change there changes the state. A new one-time code pasted into the bar signs in anew. */
export function followAddress(store: DashboardStore, onCode: (code: string) => void): void {
  const read = (): void => {
    const code = takeCode(window);
    if (code !== null) onCode(code);
    const to = parseRoute(window.location.hash);
    if (mayGo(to)) change(store, withRoute, to);
    else window.history.pushState(null, '', routeHash(store.getState().route));
  };
  window.addEventListener('hashchange', read);
  window.addEventListener('popstate', read);
  change(store, withRoute, parseRoute(window.location.hash));
  // What the state itself changed (a folded branch takes the selection) goes back into the address.
  store.subscribe(({ route }) => {
    if (routeHash(route) !== routeHash(parseRoute(window.location.hash))) {
      window.history.replaceState(null, '', routeHash(route));
    }
  });
}

/** Goes somewhere. `push` makes a step that Back undoes; moving the selection does not. */
export function goTo(store: DashboardStore, route: Route, how: 'push' | 'replace'): void {
  if (!mayGo(route)) return;
  if (how === 'push') window.history.pushState(null, '', routeHash(route));
  else window.history.replaceState(null, '', routeHash(route));
  change(store, withRoute, route);
}
