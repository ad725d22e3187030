/** A file that nobody can replace, as while a program holds it open on Windows. Linux, as root, where files can be made immutable. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from './wait-for.ts';

/** Null, or why no file can be made so on this machine. */
export function unreplaceableMissing(): string | null {
  if (process.platform !== 'linux') return 'only for Linux';
  const folder = mkdtempSync(join(tmpdir(), 'ziggie-immutable-'));
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const made = spawnSync('chattr', ['+i', file], { encoding: 'utf8' });
  spawnSync('chattr', ['-i', file]);
  rmSync(folder, { recursive: true });
  return made.status === 0 ? null : `no file can be made immutable here: ${made.error?.message ?? made.stderr.trim()}`;
}

/** Settles, when the file is there and cannot be replaced, with what ends that; to be called in any case. */
export async function unreplaceable(path: string): Promise<() => void> {
  await waitFor(`${path} is there`, () => existsSync(path));
  const set = (how: string): void => void execFileSync('chattr', [how, path]);
  set('+i');
  return () => set('-i');
}
