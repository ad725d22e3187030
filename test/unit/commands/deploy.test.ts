import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Scheduler } from '../../../main/coordinator/admission/scheduler.ts';
import { systemClock } from '../../../main/coordinator/clock.ts';
import { deploy } from '../../../main/coordinator/commands/deploy.ts';
import { EventHub } from '../../../main/coordinator/events/hub.ts';
import { LifeWatch } from '../../../main/coordinator/events/life-watch.ts';
import { type Journal, JournalError } from '../../../main/coordinator/ledger/journal.ts';
import { Ledger } from '../../../main/coordinator/ledger/ledger.ts';
import { layoutOf } from '../../../main/coordinator/root/layout.ts';
import type { Runtimes } from '../../../main/coordinator/runtimes/registry.ts';
import { plainOutputReader, type Runtime } from '../../../main/coordinator/runtimes/runtime.ts';
import { configSchema } from '../../../protocol/config.ts';
import { ok } from '../../../protocol/failures.ts';
import { emptyFleet } from '../../../protocol/fleet.ts';
import { deployRequestSchema } from '../../../protocol/request.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

const runtime: Runtime = {
  kind: 'command',
  locate: () => Promise.resolve(ok({ file: '/bin/true', leadingArgs: [], env: {} })),
  preparePrompt: (prompt) => prompt,
  launch: () => ({ file: '/bin/true', args: [], env: {}, promptOnStdin: false, files: {} }),
  stopSteps: () => [],
  message: () => Promise.resolve(ok('nowhere')),
  outputReader: plainOutputReader,
};

test('the same request at two doors at once is refused at both when the disk refuses it', async () => {
  const layout = layoutOf(temporaryFolder());
  mkdirSync(layout.runs);
  const full = new JournalError('ENOSPC');
  // The part of a journal that a ledger without facts uses.
  const journal = {
    append: () => new Promise((_, reject) => setTimeout(() => reject(full), 20)),
  } as unknown as Journal;
  const ledger = new Ledger(emptyFleet, journal, new EventHub(() => undefined));
  const deps = {
    layout,
    config: configSchema.parse({}),
    ledger,
    // All wait.
    scheduler: { admit: () => ({ events: [], ticket: null }) } as unknown as Scheduler,
    lives: new LifeWatch(() => ledger.current),
    runtimes: { get: () => ok(runtime) } as unknown as Runtimes,
    clock: systemClock,
  };
  const request = deployRequestSchema.parse({
    request_id: 'r1',
    action: 'deploy',
    agent_type: 'L1',
    config: { prompt: 'hello' },
  });
  const ask = (): Promise<unknown> =>
    deploy(deps, { request, by: { kind: 'operator' }, door: 'http', wait: 'start', onDurable: () => undefined });
  await expect(Promise.allSettled([ask(), ask()])).resolves.toEqual([
    { status: 'rejected', reason: full },
    { status: 'rejected', reason: full },
  ]);
  expect(ledger.pending.requests.size).toBe(0);
});
