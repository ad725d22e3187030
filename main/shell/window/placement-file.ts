/** Keeps the window's places in a file of the profile. What cannot be read or written costs the place, and nothing else. */
import { readFileSync } from 'node:fs';
import { replaceFile } from '../../coordinator/ledger/atomic-file.ts';
import type { ShellLog } from '../log.ts';
import { type Placements, noPlacements, placementsSchema } from './placement.ts';

export function readPlacements(file: string, log: ShellLog): Placements {
  try {
    return placementsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const isFirst = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isFirst) log.warn(`${file} is not used, the window opens in its usual place: ${String(error)}`);
    return noPlacements;
  }
}

export function writePlacements(file: string, placements: Placements, log: ShellLog): void {
  try {
    replaceFile(file, `${JSON.stringify(placements, null, 2)}\n`);
  } catch (error) {
    log.warn(`${file} could not be written, the window's place is not kept: ${String(error)}`);
  }
}
