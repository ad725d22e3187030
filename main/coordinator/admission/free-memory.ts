/** How much memory is free, MB of 1,048,576 bytes: what the system, or the container's limit, would still give. */
import process from 'node:process';

/** So long a look holds, milliseconds: starts come in bursts, and what they take shows a moment later. */
const holdsMs = 250;

/** null where nobody can tell. */
export function freeMemory(
  now: () => number = () => performance.now(),
  // Since Node 20.13; the types of 20 have it, Electron's Node too.
  ask: () => number = () => (typeof process.availableMemory === 'function' ? process.availableMemory() : 0),
): () => number | null {
  let looked = Number.NEGATIVE_INFINITY;
  let free: number | null = null;
  return () => {
    if (now() - looked < holdsMs) return free;
    looked = now();
    // 0 is what it says when it cannot look (no descriptor is free): nobody who asks has nothing.
    const bytes = ask();
    free = bytes === 0 ? null : Math.floor(bytes / 1_048_576);
    return free;
  };
}
