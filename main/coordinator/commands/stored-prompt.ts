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
  /** Removes what lies outside an agent's folder, when there will be no agent. After `place` nothing does. Never throws. */
  discard(): void;
}

export async function storePrompt(prompt: string, runs: string, inlineBytes = inlineLimitBytes): Promise<StoredPrompt> {
  const sha256 = createHash('sha256').update(prompt).digest('hex');
  if (Buffer.byteLength(prompt) <= inlineBytes) {
    return {
      sha256,
      inline: prompt,
      place: (folder, file) => placeInline(folder, file, prompt),
      discard: () => undefined,
    };
  }
  const temporary = join(runs, `${randomUUID()}.prompt.tmp`);
  const discard = (): void => removeQuietly(temporary);
  try {
    await replaceFileDurably(temporary, prompt);
  } catch (error) {
    discard(); // It may have had its name before the folder could not be synced.
    throw error;
  }
  return { sha256, inline: null, place: (folder, file) => placeDurable(folder, file, temporary), discard };
}

/** Removes the folder of an agent that there will not be. Never throws: the next start removes what is left. */
export function removeRunFolder(folder: string): void {
  removeQuietly(folder);
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // The disk refuses that, too, or somebody holds a file open (Windows). Nothing depends on it.
  }
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
