/** `requests/rejected/`: what was refused, kept with the reason beside it, the newest of it. */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, renameSync, rmSync, unlinkSync } from 'node:fs';
import { extname, join } from 'node:path';
import { type Failure, failureToAnswer } from '../../../protocol/failures.ts';
import { hideToken, holdsToken } from '../../../protocol/hide-token.ts';
import { makeFolder, replaceFile } from '../ledger/atomic-file.ts';
import { type Layout, ownFolder } from '../root/layout.ts';

/** Enough to see what went wrong; more is a client in a loop, and tells nothing new. */
const keptFiles = 1000;
const keptBytes = 256 * 1024 * 1024;
/** Looking through the folder costs more than a refusal, so it is done once for this many. */
const pruneEvery = 100;

const reasonEnding = '.reason.json';
/** Names have at most 255 bytes, and the reason's is longer than the file's. */
const longestName = 200;

export class Rejected {
  readonly #layout: Layout;
  readonly #log: (line: string) => void;
  #sincePrune = pruneEvery;

  constructor(layout: Layout, log: (line: string) => void) {
    this.#layout = layout;
    this.#log = log;
  }

  /**
   * Writes `<name>.reason.json` and moves the file beside it (a link as a link, a pipe as a pipe: nothing is opened).
   * `take` tells where it lies, and is called last, when all is ready for it; null: it is not there any more. Throws the
   * system's error when that cannot be done; the file lies where it lay, or where it was taken to. A token in `body`, which
   * is what was read from the file, is not kept: a copy without it takes its place.
   */
  put(name: string, requestId: string | null, failure: Failure, take: () => string | null, body: unknown = null): void {
    const { rejected } = this.#layout;
    this.#ownFolder();
    const target = join(rejected, keptName(name));
    replaceFile(`${target}${reasonEnding}`, `${JSON.stringify(failureToAnswer(failure, requestId), null, 2)}\n`);
    rmSync(target, { force: true, recursive: true });
    const from = take();
    if (from === null) return rmSync(`${target}${reasonEnding}`, { force: true });
    if (holdsToken(body)) {
      replaceFile(target, `${JSON.stringify(body, hideToken, 2)}\n`);
      rmSync(from, { force: true });
    } else renameSync(from, target);
    this.#sincePrune += 1;
    if (this.#sincePrune >= pruneEvery || failure.code === 'TOO_LARGE') this.#prune();
  }

  /** Somebody may have put a link in its place since the start; what it leads to is not ours to write to. */
  #ownFolder(): void {
    const { rejected } = this.#layout;
    const own = ownFolder(rejected);
    if (own.ok) return;
    if (!lstatSync(rejected).isSymbolicLink()) throw new Error(own.failure.message);
    unlinkSync(rejected);
    makeFolder(rejected);
    this.#log(`${rejected} was a symbolic link; it was removed and the folder made again`);
  }

  /** The oldest go, until what is left is few and small enough. */
  #prune(): void {
    this.#sincePrune = 0;
    const { rejected } = this.#layout;
    const kept = readdirSync(rejected)
      .filter((name) => name.endsWith(reasonEnding))
      .flatMap((reason) => measured(rejected, reason))
      .sort((a, b) => b.at - a.at);
    let bytes = 0;
    for (const [index, { name, size }] of kept.entries()) {
      bytes += size;
      if (index === 0 || (index < keptFiles && bytes <= keptBytes)) continue;
      rmSync(join(rejected, name), { force: true, recursive: true });
      rmSync(join(rejected, `${name}${reasonEnding}`), { force: true });
    }
  }
}

/** When it was refused, and what it takes on the disk (a sparse file takes little). Nothing when somebody removed it. */
function measured(folder: string, reason: string): { name: string; at: number; size: number }[] {
  const name = reason.slice(0, -reasonEnding.length);
  const told = lstatSync(join(folder, reason), { throwIfNoEntry: false });
  if (told === undefined) return [];
  const file = lstatSync(join(folder, name), { throwIfNoEntry: false });
  return [{ name, at: told.mtimeMs, size: (file?.blocks ?? 0) * 512 }];
}

function keptName(name: string): string {
  if (Buffer.byteLength(name) <= longestName) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return `${name.slice(0, 40)}~${digest}${extname(name)}`;
}
