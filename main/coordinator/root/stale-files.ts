/** Temporary files of a coordinator that was killed while it wrote. Whoever holds the root's lock knows that nobody writes them now. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Layout } from './layout.ts';

/**
 * As ledger/atomic-file.ts names them: `<file>.<pid>.<count>.tmp`; as commands/stored-prompt.ts does its folders:
 * `<uuid>.prompt.tmp`; and what ledger/runs-watch.ts tries the disk with.
 */
const ours = /(?:\.\d+\.\d+|\.prompt)\.tmp$|^room-for-a-prompt$/;

/** Removes them. `requests/` is left alone: what lies there is its writers'. One that cannot be removed does no harm. */
export function removeStaleFiles(layout: Layout, log: (line: string) => void): void {
  const folders = [layout.root, layout.state, layout.responses, layout.reports, layout.runs];
  for (const folder of folders) {
    for (const name of readdirSync(folder).filter((one) => ours.test(one))) {
      try {
        rmSync(join(folder, name), { recursive: true, force: true });
      } catch (error) {
        log(`the temporary file ${join(folder, name)} could not be removed: ${String(error)}`);
      }
    }
  }
}
