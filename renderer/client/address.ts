/** The page's address: the one-time code is taken out of it before anything else reads or keeps it. */

/** The code of `#code=...`, removed from the address bar and the history; null when there is none. */
export function takeCode(window: Pick<Window, 'location' | 'history'>): string | null {
  const match = /^#code=(.+)$/.exec(window.location.hash);
  if (match === null) return null;
  window.history.replaceState(null, '', `${window.location.pathname}${window.location.search}#/`);
  return match[1] ?? null;
}
