/** `coordinator.json`: written once the doors are open, removed at a clean stop. */
import { readFileSync, rmSync } from 'node:fs';
import { apiVersion, type Discovery, discoverySchema } from '../../../protocol/discovery.ts';
import { replaceFileDurably } from '../ledger/atomic-file.ts';
import type { Layout } from './layout.ts';

/** Rejects with the system's error; whoever knows the address can use it without the file. */
export async function announce(layout: Layout, port: number, startedAt: string): Promise<void> {
  const discovery: Discovery = {
    api_version: apiVersion,
    pid: process.pid,
    port,
    url: `http://127.0.0.1:${port}`,
    started_at: startedAt,
    token_file: layout.token,
    root: layout.root,
  };
  await replaceFileDurably(layout.discovery, `${JSON.stringify(discovery, null, 2)}\n`);
}

/** Never throws: the coordinator ends whatever becomes of the file, and readers ask whether the pid lives. */
export function withdraw(layout: Layout, log: (line: string) => void): void {
  try {
    rmSync(layout.discovery, { force: true });
  } catch (error) {
    log(`${layout.discovery} could not be removed: ${String(error)}`);
  }
}

/** Who announced itself last, alive or not; null when nobody did or the file is not whole. */
export function readAnnounced(layout: Layout): Discovery | null {
  try {
    return discoverySchema.parse(JSON.parse(readFileSync(layout.discovery, 'utf8')));
  } catch {
    return null; // Absent or cut: there is nobody to name.
  }
}
