/** The supervisor beside a disk that refuses. */
import { onTestFinished, expect, test } from 'vitest';
import { systemClock } from '../../../main/coordinator/clock.ts';
import { EventHub } from '../../../main/coordinator/events/hub.ts';
import { type Journal, JournalError } from '../../../main/coordinator/ledger/journal.ts';
import { Ledger } from '../../../main/coordinator/ledger/ledger.ts';
import type { Launcher } from '../../../main/coordinator/process/launcher.ts';
import { Supervisor } from '../../../main/coordinator/process/supervisor.ts';
import { layoutOf } from '../../../main/coordinator/root/layout.ts';
import type { Runtimes } from '../../../main/coordinator/runtimes/registry.ts';
import { configSchema } from '../../../protocol/config.ts';
import { fail } from '../../../protocol/failures.ts';
import { emptyFleet } from '../../../protocol/fleet.ts';
import { agentFacts } from '../../rig/agent-facts.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';
import { trees } from './held-run.ts';

const facts = agentFacts();
const id = facts.agent_id;
const at = '2025-11-09T14:30:00.000Z';

function supervised() {
  const disk = { refusal: null as JournalError | null };
  // The part of a journal that a ledger uses.
  const journal = {
    get failure() {
      return disk.refusal;
    },
    isFinal: false,
    append: () => (disk.refusal === null ? Promise.resolve() : Promise.reject(disk.refusal)),
  } as unknown as Journal;
  const ledger = new Ledger(emptyFleet, journal, new EventHub(() => undefined));
  const layout = layoutOf(temporaryFolder());
  const launcher = { close: () => undefined } as unknown as Launcher;
  const supervisor = new Supervisor({
    layout,
    config: configSchema.parse({}),
    ledger,
    runtimes: { get: () => fail('RUNTIME_NOT_FOUND', 'no such program') } as unknown as Runtimes,
    ownership: { ...trees, launcher },
    clock: systemClock,
    url: () => '',
    log: () => undefined,
    onSlotFree: () => undefined,
    onBackoff: () => undefined,
  });
  onTestFinished(() => supervisor.close());
  const status = (): string | undefined => ledger.current.agents.get(id)?.life.status;
  return { disk, ledger, layout, supervisor, status };
}

test('an agent that cannot be started and is stopped before the disk takes that ends', async () => {
  const { disk, ledger, supervisor } = supervised();
  await ledger.commit([{ type: 'agent_accepted', at, request_sha256: '', facts, prompt: '' }]);
  const ticket = supervisor.ticket(id, 1);
  const durable = ledger.commit(ticket.events);
  await durable;
  disk.refusal = new JournalError('ENOSPC');
  const started = supervisor.start(id, ticket, durable);
  await new Promise((resolve) => setTimeout(resolve, 20)); // Its refusal has been refused by the disk by now.
  disk.refusal = null;
  const agent = ledger.pending.agents.get(id);
  await supervisor.stop(agent === undefined ? [] : [agent], { reason: 'stop', by: 'operator' });
  await started;
  expect(ledger.current.agents.get(id)?.life).toMatchObject({ status: 'ended', ending: { status: 'stopped' } });
});
