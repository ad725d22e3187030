import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from './check.ts';
import { longEnough, node, place, run, waitFor } from './rig.ts';

const minute = { timeout: 60_000 };

/** It and a helper that it detaches count in files. */
const counting = (folder: string): string[] => {
  const count = (name: string): string =>
    `setInterval(() => require('node:fs').appendFileSync(${JSON.stringify(join(folder, name))}, 'x'), 10);`;
  return node(`
    const { spawn } = require('node:child_process');
    spawn(process.execPath, ['-e', ${JSON.stringify(count('helper'))}], { detached: true, stdio: 'ignore' }).unref();
    ${count('agent')}
  `);
};
const sizes = (folder: string): number[] =>
  ['agent', 'helper'].map((name) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name)).length : 0));

async function bothCount(folder: string): Promise<void> {
  const before = sizes(folder);
  await waitFor('both count', () => sizes(folder).every((size, index) => size > (before[index] ?? 0)));
}

test('a job is frozen and thawed as a whole, by another coordinator too', minute, async () => {
  const first = place();
  const { held, mark } = await run(first, { args: counting(first.root) });
  await bothCount(first.root);
  assert.deepEqual(await first.ownership.freeze(mark), []);
  assert.deepEqual(await first.ownership.freeze(mark), []);
  const frozen = sizes(first.root);
  await longEnough();
  assert.deepEqual(sizes(first.root), frozen);
  assert.deepEqual(await first.ownership.thaw(mark), []);
  await bothCount(first.root);

  await first.ownership.freeze(mark);
  const second = place(first.root);
  assert.deepEqual(await second.ownership.freeze(mark), []); // It does not know what the first did.
  assert.deepEqual(await second.ownership.thaw(mark), []);
  await bothCount(first.root);
  await second.ownership.freeze(mark);
  assert.deepEqual(await second.ownership.endMembers(mark), []);
  second.ownership.forget(mark);
  assert.deepEqual(await held.gone, { code: 1, signal: null });
  first.ownership.forget(mark);
});
