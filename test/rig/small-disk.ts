/** A small disk of a test's own that can be filled to the last byte: a tmpfs. Linux, with the right to mount. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly folder: string;
  /** Takes every byte that is left. */
  fill(): void;
  /** Gives back what `fill` took. */
  free(): void;
  /** Nothing may use it any more. */
  remove(): void;
}

/** Null, or why there can be none on this machine. */
export function smallDiskMissing(): string | null {
  if (process.platform !== 'linux') return 'only for Linux';
  try {
    smallDisk().remove();
    return null;
  } catch (error) {
    return String(error);
  }
}

/** 8 MiB, empty. Throws where none can be mounted. */
export function smallDisk(): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'ziggie-small-'));
  const options = ['-t', 'tmpfs', '-o', 'size=8m,mode=700', 'ziggie-small'];
  const mounted = spawnSync('mount', [...options, folder], { encoding: 'utf8' });
  if (mounted.status !== 0) {
    rmdirSync(folder);
    throw new Error(`no file system can be mounted here: ${mounted.error?.message ?? mounted.stderr.trim()}`);
  }
  const filler = join(folder, 'filler');
  return {
    folder,
    fill: () => fillFile(filler),
    free: () => rmSync(filler),
    remove() {
      spawnSync('umount', ['--lazy', folder]); // Also while the last of its processes is being cleared away.
      rmdirSync(folder);
    },
  };
}

function fillFile(path: string): void {
  const fd = openSync(path, 'a');
  try {
    for (const size of [1024 * 1024, 4096, 1]) while (hasRoomFor(fd, size));
  } finally {
    closeSync(fd);
  }
}

function hasRoomFor(fd: number, bytes: number): boolean {
  try {
    return writeSync(fd, Buffer.alloc(bytes)) > 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
    throw error;
  }
}
