/** How much memory is free, MB of 1,048,576 bytes: what the system, or the container's limit, would still give. */
import process from 'node:process';

/** So long a look holds, milliseconds: starts come in bursts, and what they take shows a moment later. */
const holdsMs = 250;

/** null where Node cannot tell. */
export function freeMemory(now: () => number = () => performance.now()): () => number | null {
  let looked = Number.NEGATIVE_INFINITY;
  let free: number | null = null;
  return () => {
    if (now() - looked < holdsMs) return free;
    looked = now();
    // Since Node 20.13; the types of 20 have it, Electron's Node too.
    free = typeof process.availableMemory === 'function' ? Math.floor(process.availableMemory() / 1_048_576) : null;
    return free;
  };
}
