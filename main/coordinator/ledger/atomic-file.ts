/**
 * Replaces a file so that a reader sees the old bytes or the new ones, never a part: a temporary file beside it, then a
 * rename. `durable` also survives a power cut (file and folder are synced); plain is for what can be rebuilt.
 */
import {
  closeSync,
  constants,
  fsync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  write,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const fsyncAsync = promisify(fsync);
const writeAsync = promisify(write);

/** Unique among processes and within this one, so that two writers never share a temporary file. */
const temporaryNames = {
  count: 0,
  next(path: string): string {
    this.count += 1;
    return `${path}.${process.pid}.${this.count}.tmp`;
  },
};

const createFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

/** For small files on the answer path: synchronous, because four trips to the thread pool cost more than the write. */
export function replaceFile(path: string, text: string): void {
  const temporary = temporaryNames.next(path);
  const bytes = Buffer.from(text, 'utf8');
  const fd = openSync(temporary, createFlags, 0o600);
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
  } catch (error) {
    closeSync(fd);
    rmSync(temporary, { force: true });
    throw error;
  }
  closeSync(fd);
  try {
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * As `replaceFile`, and durable when the promise settles. Rejects with the system's error; the old file is untouched then, as
 * it is when `mayReplace`, asked right before, says no: then this settles with false.
 */
export async function replaceFileDurably(
  path: string,
  content: string | Uint8Array,
  mayReplace: () => boolean = () => true,
): Promise<boolean> {
  const temporary = temporaryNames.next(path);
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  const fd = openSync(temporary, createFlags, 0o600);
  try {
    for (let done = 0; done < bytes.length;) {
      done += (await writeAsync(fd, bytes, done, bytes.length - done, null)).bytesWritten;
    }
    await fsyncAsync(fd);
  } catch (error) {
    closeSync(fd);
    rmSync(temporary, { force: true });
    throw error;
  }
  closeSync(fd);
  if (!mayReplace()) {
    rmSync(temporary, { force: true });
    return false;
  }
  await renameWithRetry(temporary, path);
  await syncFolderMeanwhile(dirname(path));
  return true;
}

/** Windows refuses to replace a file that somebody reads at this moment; readers are short, so trying again for 2 s is enough. */
async function renameWithRetry(from: string, to: string): Promise<void> {
  for (let waitMs = 10, waited = 0; ; waitMs *= 2) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      if (!isBusy(error) || waited >= 2000) {
        rmSync(from, { force: true });
        throw error;
      }
      await delay(waitMs);
      waited += waitMs;
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['EPERM', 'EACCES', 'EBUSY'].includes(String(error.code));
}

/** Makes names in a folder durable. Windows has no such call and journals its folders itself. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** As `syncFolder`, while others go on. */
async function syncFolderMeanwhile(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const fd = openSync(folder, constants.O_RDONLY);
  try {
    await fsyncAsync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Makes one folder, of which the parent exists; one that is there already is fine. Far quicker than a recursive mkdir. */
export function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}
