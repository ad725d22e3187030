/**
 * A prompt on its way into an agent's folder. A small one travels in the journal, with the acceptance it belongs to, and
 * its file is a copy that can be made again; a large one is made durable first, so that the journal stays small.
 */
import { createHash, randomUUID } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder, replaceFileDurably, syncFolder } from '../ledger/atomic-file.ts';

/** Nearly every prompt is smaller; one line of the journal should stay well below a segment. */
export const inlineLimitBytes = 64 * 1024;

export interface StoredPrompt {
  readonly sha256: string;
  /** The text for the journal, or null where the file itself is durable. */
  readonly inline: string | null;
  /** Puts the prompt at its place. Synchronous: it happens inside the one step that accepts a request. */
  place(folder: string, file: string): void;
  /** Leaves nothing of it on the disk, where it was not placed. */
  discard(): void;
}

export async function storePrompt(prompt: string, runs: string, inlineBytes = inlineLimitBytes): Promise<StoredPrompt> {
  const sha256 = createHash('sha256').update(prompt).digest('hex');
  if (Buffer.byteLength(prompt) <= inlineBytes) {
    const place = (folder: string, file: string): void => placeInline(folder, file, prompt);
    return { sha256, inline: prompt, place, discard: () => undefined };
  }
  const temporary = join(runs, `${randomUUID()}.prompt.tmp`);
  await replaceFileDurably(temporary, prompt);
  const place = (folder: string, file: string): void => placeDurable(folder, file, temporary);
  return { sha256, inline: null, place, discard: () => rmSync(temporary, { force: true }) };
}

export function placeInline(folder: string, file: string, prompt: string): void {
  makeFolder(folder);
  writeFileSync(file, prompt, { mode: 0o600 });
}

function placeDurable(folder: string, file: string, temporary: string): void {
  makeFolder(folder);
  renameSync(temporary, file);
  syncFolder(folder);
  syncFolder(dirname(folder));
}
