import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { layoutOf, makeFolders } from '../../../main/coordinator/root/layout.ts';
import { removeStaleFiles } from '../../../main/coordinator/root/stale-files.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

test("what a killed coordinator was writing is removed, and nobody else's file is", () => {
  const layout = layoutOf(temporaryFolder());
  makeFolders(layout);
  const stale = [
    join(layout.root, 'db.json.4242.7.tmp'),
    join(layout.state, 'agent_20251109_143000_1.json.4242.8.tmp'),
    join(layout.responses, 'r1_response.json.4242.9.tmp'),
    join(layout.runs, '0f8fad5b-d9cb-469f-a165-70867728950e.prompt.tmp'),
    join(layout.runs, 'room-for-a-prompt'),
  ];
  const staleFolder = join(layout.runs, '1f8fad5b-d9cb-469f-a165-70867728950e.prompt.tmp');
  mkdirSync(staleFolder);
  stale.push(join(staleFolder, 'prompt.md'));
  const kept = [
    join(layout.root, 'notes.tmp'),
    join(layout.state, 'agent_20251109_143000_1.json'),
    join(layout.requests, 'r2.json.4242.1.tmp'),
  ];
  for (const file of [...stale, ...kept]) writeFileSync(file, '');
  removeStaleFiles(layout, () => undefined);
  const left = readdirSync(layout.root, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  expect(left.sort()).toEqual(kept.sort());
  expect(readdirSync(layout.runs)).toEqual([]);
});
