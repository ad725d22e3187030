/** How many files and connections this process may have open. */
import { readFileSync } from 'node:fs';

/** null: no limit, or none that can be known. Only Linux says how many; elsewhere Node takes as many as it can get. */
export function descriptorLimit(): number | null {
  if (process.platform !== 'linux') return null;
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return found === undefined ? null : Number(found); // "unlimited" is none.
  } catch {
    return null;
  }
}
