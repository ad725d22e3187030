import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { layoutOf, makeFolders } from '../../../main/coordinator/root/layout.ts';
import { removeUnownedRuns } from '../../../main/coordinator/root/unowned-runs.ts';
import { emptyFleet, fleet as fold } from '../../../protocol/fleet.ts';
import { agentFacts } from '../../rig/agent-facts.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

const idOf = (ordinal: number): string => `agent_20260101_000000_${ordinal}`;

test('what belongs to no agent goes; all that may be somebody’s stays', () => {
  const layout = layoutOf(temporaryFolder());
  makeFolders(layout);
  const fleet = fold(emptyFleet, {
    seq: 1,
    event: {
      type: 'agent_accepted',
      at: '2026-01-01T00:00:00.000Z',
      request_sha256: 'ab'.repeat(32),
      facts: agentFacts({ agent_id: idOf(7), ordinal: 7 }),
      prompt: null,
    },
  });
  const [owned, refused, forgotten, ofAnotherJournal] = [idOf(7), idOf(8), idOf(3), idOf(12)];
  for (const id of [owned, refused, forgotten, ofAnotherJournal]) {
    mkdirSync(layout.attemptFolder(id, 1), { recursive: true });
    writeFileSync(layout.promptFile(id), 'x');
  }
  for (const id of [forgotten, ofAnotherJournal]) writeFileSync(join(layout.attemptFolder(id, 1), 'claim'), '4242\n');
  const elsewhere = temporaryFolder();
  writeFileSync(join(elsewhere, 'theirs'), 'x');
  symlinkSync(elsewhere, layout.runFolder(idOf(9)));
  // In a folder that goes, what a link leads to stays as well.
  symlinkSync(elsewhere, join(layout.runFolder(refused), 'link'));
  mkdirSync(join(layout.runs, 'notes'));
  writeFileSync(join(layout.runs, idOf(10)), 'a file');
  const lines: string[] = [];
  removeUnownedRuns(layout, fleet, (line) => lines.push(line));
  expect(readdirSync(layout.runs).sort()).toEqual([owned, ofAnotherJournal, idOf(9), idOf(10), 'notes'].sort());
  expect(existsSync(layout.promptFile(owned))).toBe(true);
  expect(readdirSync(elsewhere)).toEqual(['theirs']);
  expect(lines).toEqual([]);
});
