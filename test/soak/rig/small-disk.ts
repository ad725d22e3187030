/** A disk of 8 MiB that can be filled to the last byte: a tmpfs of one's own. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SmallDisk {
  readonly folder: string;
  fill(): void;
  free(): void;
  /** Nothing may use it any more. */
  remove(): void;
}

/** A text: why there can be none on this machine. */
export function smallDisk(): SmallDisk | string {
  const folder = mkdtempSync(join(tmpdir(), 'ziggie-small-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'ziggie-small', folder], { encoding: 'utf8' });
  if (mounted.status !== 0) {
    rmdirSync(folder);
    return `no file system can be mounted here: ${mounted.error?.message ?? mounted.stderr.trim()}`;
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
