/** Waiting for a condition instead of sleeping. */

export interface WaitOptions {
  readonly timeoutMs?: number;
  /** Shown when the time is up: what was seen instead. */
  readonly seen?: () => unknown;
}

/** Asks until the answer is neither undefined, null nor false, and returns it. Throws with what was seen when the time is up. */
export async function waitFor<T>(
  what: string,
  ask: () => T | undefined | null | false | Promise<T | undefined | null | false>,
  { timeoutMs = 10_000, seen }: WaitOptions = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    if (Date.now() > deadline) {
      throw new Error(`Not within ${timeoutMs} ms: ${what}. Seen: ${JSON.stringify(seen?.() ?? answer, null, 2)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
