/** `requests/rejected/`: what was refused, kept with the reason beside it. */
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Failure, failureToAnswer } from '../../../protocol/failures.ts';
import { replaceFile } from '../ledger/atomic-file.ts';
import type { Layout } from '../root/layout.ts';

/** Moves the file (a link as a link, a pipe as a pipe: nothing is opened) and writes `<name>.reason.json`. */
export function moveToRejected(layout: Layout, name: string, requestId: string | null, failure: Failure): void {
  const target = join(layout.rejected, name);
  replaceFile(`${target}.reason.json`, `${JSON.stringify(failureToAnswer(failure, requestId), null, 2)}\n`);
  rmSync(target, { force: true, recursive: true });
  renameSync(join(layout.requests, name), target);
}
