/**
 * Folders in `runs/` of which there is no agent: a crash came between a prompt and the acceptance it belongs to, or between
 * what retention forgets and what it removes. Call it only where the whole journal was read: else nobody knows who owns what.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Fleet } from '../../../protocol/fleet.ts';
import { readClaim } from '../process/exit-record.ts';
import type { Layout } from './layout.ts';

/** As commands/deploy.ts names agents; the last number counts all that were ever accepted. */
const agentName = /^agent_\d{8}_\d{6}_(\d+)$/;
const attemptName = /^\d+$/;

/** Removes them; a link is none, and is left. One that cannot be removed does no harm. */
export function removeUnownedRuns(layout: Layout, fleet: Fleet, log: (line: string) => void): void {
  for (const entry of readdirSync(layout.runs, { withFileTypes: true })) {
    const ordinal = Number(agentName.exec(entry.name)?.[1] ?? Number.NaN);
    if (Number.isNaN(ordinal) || !entry.isDirectory() || fleet.agents.has(entry.name)) continue;
    const folder = layout.runFolder(entry.name);
    try {
      // It ran, and was accepted after all that this journal knows: an older journal was put in place. Its record stays.
      if (ordinal > fleet.accepted && hasBegun(folder)) continue;
      rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      log(`${folder} belongs to no agent and could not be removed: ${String(error)}`);
    }
  }
}

const hasBegun = (folder: string): boolean =>
  readdirSync(folder)
    .filter((name) => attemptName.test(name))
    .some((name) => readClaim(join(folder, name)).is !== 'absent');
