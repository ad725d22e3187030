/**
 * What a start leaves out, because agents wait to be adopted meanwhile, is loaded a moment later, piece by piece: whoever asks
 * for it first waits for less, and so do all others, whom loading keeps waiting.
 */
import { setTimeout as delay } from 'node:timers/promises';

const afterStartMs = 1000;
const gapMs = 50;

const pieces: readonly (() => Promise<unknown>)[] = [
  () => import('./mcp/sessions.ts'),
  () => import('./prometheus-registry.ts'),
  () => import('./openapi/committed.ts'),
];

/** Returns at once. What cannot be loaded is said to whoever asks for it. */
export function warmUp(signal: AbortSignal): void {
  const load = async (): Promise<void> => {
    await delay(afterStartMs, undefined, { signal, ref: false });
    for (const piece of pieces) {
      await piece();
      await delay(gapMs, undefined, { signal, ref: false });
    }
  };
  load().catch(() => undefined);
}
