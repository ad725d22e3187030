/** Whether a page that has died again is offered once more: one that dies at every start would ask for ever. Pure. */

/** ms. Deaths that lie further apart have nothing to do with each other. */
const togetherMs = 60_000;
/** With so many of them together, asking ends. */
const mostTogether = 3;

/** `deaths`: when the page died before, ms, oldest first. */
export function afterDeath(
  deaths: readonly number[],
  now: number,
): { readonly deaths: readonly number[]; readonly offer: boolean } {
  const together = [...deaths.filter((at) => now - at < togetherMs), now];
  return { deaths: together, offer: together.length < mostTogether };
}
