/**
 * A prompt on its way into an agent's folder. A small one travels in the journal, with the acceptance it belongs to, and
 * its file is a copy that can be made again; a large one is made durable first, so that the journal stays small.
 */
import { createHash, randomUUID } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder, replaceFileDurably, syncFolder } from '../ledger/atomic-file.ts';
import { promptName } from '../root/layout.ts';

/** Nearly every prompt is smaller; one line of the journal should stay well below a segment. */
export const inlineLimitBytes = 64 * 1024;

export interface StoredPrompt {
  readonly sha256: string;
  /** The text for the journal, or null where the file itself is durable. */
  readonly inline: string | null;
  /** Puts the prompt at its place. Synchronous: it happens inside the one step that accepts a request. */
  place(folder: string, file: string): void;
  /** The same, where `syncFolder` of the folder above is still to come, for many at once: true, where it has to. */
  placeUnsynced(folder: string, file: string): boolean;
  /** Removes what lies outside an agent's folder, when there will be no agent. After `place` nothing does. Never throws. */
  discard(): void;
}

export async function storePrompt(prompt: string, runs: string, inlineBytes = inlineLimitBytes): Promise<StoredPrompt> {
  const sha256 = createHash('sha256').update(prompt).digest('hex');
  if (Buffer.byteLength(prompt) <= inlineBytes) return inJournal(sha256, prompt);
  const temporary = join(runs, `${randomUUID()}.prompt.tmp`);
  try {
    makeFolder(temporary);
    await replaceFileDurably(join(temporary, promptName), prompt);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
  return inFolder(sha256, temporary);
}

function inJournal(sha256: string, prompt: string): StoredPrompt {
  const placeUnsynced = (folder: string, file: string): false => {
    placeInline(folder, file, prompt);
    return false;
  };
  return { sha256, inline: prompt, place: placeUnsynced, placeUnsynced, discard: () => undefined };
}

/** In a function that does not know the text: a thousand of these wait together, and would hold it. */
function inFolder(sha256: string, temporary: string): StoredPrompt {
  const placeUnsynced = (folder: string, file: string): true => {
    placeFolder(folder, file, temporary);
    return true;
  };
  const place = (folder: string, file: string): void => {
    placeUnsynced(folder, file);
    syncFolder(dirname(folder));
  };
  return { sha256, inline: null, place, placeUnsynced, discard: () => removeQuietly(temporary) };
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

/** The folder is durable with what is in it, so that one rename is all that is left to do. */
function placeFolder(folder: string, file: string, temporary: string): void {
  try {
    renameSync(temporary, folder);
  } catch {
    // A folder of this name is left over, with something in it (of an acceptance that failed, of a journal put back).
    makeFolder(folder);
    renameSync(join(temporary, promptName), file);
    syncFolder(folder);
    removeQuietly(temporary);
  }
}
