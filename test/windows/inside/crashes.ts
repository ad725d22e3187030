import assert from 'node:assert/strict';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from './check.ts';
import { ascending, longEnough, holderSays, pidsIn, place, startHolder, textOf, waitFor } from './rig.ts';

const minute = { timeout: 60_000 };
const folder = (): string => mkdtempSync(join(tmpdir(), 'ziggie-crash-'));

test('a coordinator that is killed while it holds a run leaves no process, and nothing began', minute, async () => {
  const root = folder();
  const holder = startHolder(root, 'hold');
  const { mark, logFile } = await waitFor('it holds a run', () => holderSays(root), { timeoutMs: 30_000 });
  const { ownership } = place(root);
  assert.equal(ownership.check(mark.leader), 'match');
  await longEnough();
  holder.kill('SIGKILL');
  await waitFor('the held process is gone', () => ownership.check(mark.leader) === 'gone');
  assert.equal(textOf(logFile), '');
  assert.equal(existsSync(join(root, 'runs', mark.agentId, '1', 'claim')), false);
  ownership.forget(mark);
});

test(
  'a coordinator that is killed after it let a run go leaves the whole tree, which the next one ends',
  minute,
  async () => {
    const root = folder();
    const holder = startHolder(root, 'release');
    const { mark, logFile } = await waitFor('it lets a run go', () => holderSays(root), { timeoutMs: 30_000 });
    const pids = await waitFor('both pids', () => pidsIn(logFile));
    holder.kill('SIGKILL');
    const { ownership } = place(root);
    await new Promise((resolve) => setTimeout(resolve, 500)); // What the kernel would end, it ends at once.
    assert.equal(ownership.check(mark.leader), 'match');
    const members = ownership.membersOf([mark]).get(mark.nonce) ?? [];
    assert.deepEqual([...members].sort(ascending), [...pids].sort(ascending));
    assert.deepEqual(await ownership.endMembers(mark), []);
    assert.equal(ownership.check(mark.leader), 'gone');
    ownership.forget(mark);
  },
);
