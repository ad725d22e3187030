/** When a part of the page could not be fetched: the coordinator is away, or has been replaced by one with other parts. */

const key = 'ziggie.renewed';
const askEveryMs = 1000;
/** Sooner than this after the last time it would not help either. */
const againAfterMs = 30_000;

/**
 * Loads the page anew as soon as the coordinator answers; the address brings back what was open. Never returns then.
 * Rejects with `why` when the page was renewed a moment ago and the part is missing all the same.
 */
export async function renewPage(why: unknown): Promise<never> {
  while (!(await isServed())) await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  const last = Number(window.sessionStorage.getItem(key) ?? 0);
  if (Date.now() - last < againAfterMs) throw why;
  window.sessionStorage.setItem(key, String(Date.now()));
  window.location.reload();
  return new Promise(() => undefined);
}

const isServed = (): Promise<boolean> =>
  fetch('/health', { cache: 'no-store' }).then(
    ({ ok }) => ok,
    () => false,
  );
