/** One request through the folders of the file protocol: written whole, answered once. Node only. */
import { randomUUID } from 'node:crypto';
import { watch } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientResult, unreachable } from './client.ts';

export interface Answer {
  /** `error`: the text of `<request_id>_error.json`. */
  readonly kind: 'response' | 'error';
  readonly text: string;
}

export interface Folders {
  readonly requests: string;
  readonly responses: string;
}

export const foldersOf = (root: string): Folders => ({
  requests: join(root, 'requests'),
  responses: join(root, 'responses'),
});

/**
 * Writes `requests/<request_id>.json` so that it appears complete and stays after a power cut. An answer that an earlier
 * request of the same name left behind is removed first, so that it cannot be taken for this one's.
 */
export async function writeRequest(folders: Folders, requestId: string, body: unknown): Promise<ClientResult<void>> {
  const file = join(folders.requests, `${requestId}.json`);
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    for (const { path } of answerFiles(folders, requestId)) await rm(path, { force: true });
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(JSON.stringify(body));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    return { ok: true, value: undefined };
  } catch (error) {
    await rm(temporary, { force: true });
    const reason = error instanceof Error ? error.message : String(error);
    return unreachable(
      `The request cannot be written to ${folders.requests} (${reason}). ` +
        'Is this the root folder of a coordinator? Start one with `ziggie serve`, or name its folder with ZIGGIE_ROOT.',
      { looked_for: folders.requests },
    );
  }
}

/**
 * Waits for the answer and removes it. The folder is watched as a hint and looked at every `pollMs` in any case. null:
 * none within `timeoutMs` (0 waits for ever).
 */
export async function takeAnswer(
  folders: Folders,
  requestId: string,
  { timeoutMs, pollMs }: { timeoutMs: number; pollMs: number },
): Promise<Answer | null> {
  const deadline = timeoutMs === 0 ? Infinity : Date.now() + timeoutMs;
  const bell = folderBell(folders.responses);
  try {
    for (;;) {
      for (const { kind, path } of answerFiles(folders, requestId)) {
        const text = await readIfThere(path);
        if (text === null) continue;
        await rm(path, { force: true });
        return { kind, text };
      }
      const left = deadline - Date.now();
      if (left <= 0) return null;
      await bell.wait(Math.min(pollMs, left));
    }
  } finally {
    bell.close();
  }
}

const answerFiles = ({ responses }: Folders, requestId: string) =>
  (['response', 'error'] as const).map((kind) => ({ kind, path: join(responses, `${requestId}_${kind}.json`) }));

/** null for whatever keeps it from being read: on Windows a file is briefly locked while it is put in place. */
async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return null; // Looked at again until the time is up; then the caller says that there was no answer.
  }
}

/** `wait` returns when the folder changes, and after `ms` in any case. */
function folderBell(folder: string) {
  let ring = (): void => undefined;
  const watcher = watchIfPossible(folder, () => ring());
  return {
    wait: (ms: number) =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        ring = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    close: () => watcher?.close(),
  };
}

/** null where the system has no watches left or the folder is on a drive without them; looking regularly is enough. */
function watchIfPossible(folder: string, onChange: () => void) {
  try {
    const watcher = watch(folder, onChange);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return null; // The poll is the guarantee.
  }
}
