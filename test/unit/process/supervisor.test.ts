/** The supervisor beside a disk that refuses, and launchers that are lost. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../main/coordinator/clock.ts';
import { EventHub } from '../../../main/coordinator/events/hub.ts';
import { type Journal, JournalError } from '../../../main/coordinator/ledger/journal.ts';
import { Ledger } from '../../../main/coordinator/ledger/ledger.ts';
import type { Launcher } from '../../../main/coordinator/process/launcher.ts';
import { Supervisor } from '../../../main/coordinator/process/supervisor.ts';
import { layoutOf } from '../../../main/coordinator/root/layout.ts';
import type { Runtimes } from '../../../main/coordinator/runtimes/registry.ts';
import { plainOutputReader, type Runtime } from '../../../main/coordinator/runtimes/runtime.ts';
import { trueRuntime } from '../../rig/true-runtime.ts';
import { type Agent, unknownUsage } from '../../../protocol/agent.ts';
import { configSchema } from '../../../protocol/config.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { emptyFleet } from '../../../protocol/fleet.ts';
import { agentFacts } from '../../rig/agent-facts.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';
import { hold, trees } from './held-run.ts';

const facts = agentFacts();
const id = facts.agent_id;
const nobody = { pid: 2_147_483_647, start_time: '1', boot_id: null };
const at = '2025-11-09T14:30:00.000Z';

/** States its cost, whatever its output is. */
const costly: Runtime = {
  ...trueRuntime,
  outputReader: () => ({ ...plainOutputReader(), isTelling: true, usage: () => ({ ...unknownUsage, cost_usd: 3 }) }),
};

function supervised(
  runtime: Result<Runtime> = fail('RUNTIME_NOT_FOUND', 'no such program'),
  holdRun: Launcher['hold'] = () => Promise.resolve(fail('SPAWN_FAILED', 'nothing is started here')),
) {
  const lines: string[] = [];
  const unbegun: string[] = [];
  const disk = { refusal: null as JournalError | null, takesMs: 0 };
  // The part of a journal that a ledger uses.
  const journal = {
    get failure() {
      return disk.refusal;
    },
    isFinal: false,
    append: async () => {
      const { refusal, takesMs } = disk;
      if (takesMs > 0) await new Promise((resolve) => setTimeout(resolve, takesMs));
      if (refusal !== null) throw refusal;
    },
  } as unknown as Journal;
  const ledger = new Ledger(emptyFleet, journal, new EventHub(() => undefined));
  const layout = layoutOf(temporaryFolder());
  const launcher: Launcher = { hold: holdRun, holdNow: () => null, close: () => undefined };
  const supervisor = new Supervisor({
    placePrompt: () => undefined,
    costCap: ({ max_cost_usd }) => max_cost_usd,
    layout,
    config: configSchema.parse({ limits: { log_limit_mb: 1 } }),
    ledger,
    runtimes: { get: () => runtime } as unknown as Runtimes,
    ownership: { ...trees, launcher },
    clock: systemClock,
    url: () => '',
    log: (line) => lines.push(line),
    onSample: () => undefined,
    onLook: () => undefined,
    onSlotFree: () => undefined,
    onBackoff: () => undefined,
    onUnbegun: ({ agent_id }) => unbegun.push(agent_id),
  });
  onTestFinished(() => supervisor.close());
  const status = (): string | undefined => ledger.current.agents.get(id)?.life.status;
  return { disk, ledger, layout, supervisor, status, lines, unbegun };
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

/** An agent that runs as far as the ledger knows, and has ended with 0. */
async function overButNotSettled({ ledger, layout, supervisor }: ReturnType<typeof supervised>): Promise<Agent> {
  await ledger.commit([
    { type: 'agent_accepted', at, request_sha256: '', facts, prompt: '' },
    ...supervisor.ticket(id, 1).events,
    { type: 'agent_started', at, agent_id: id, attempt: 1, identity: nobody },
  ]);
  mkdirSync(layout.attemptFolder(id, 1), { recursive: true });
  writeFileSync(join(layout.attemptFolder(id, 1), 'exit.json'), '{"code":0}');
  const agent = ledger.current.agents.get(id);
  if (agent === undefined) throw new Error('it was not accepted');
  return agent;
}

test('what an agent used stands beside its end, also where the disk refused when it was told', async () => {
  const all = supervised(ok(costly));
  const { disk, ledger, supervisor, status } = all;
  const agent = await overButNotSettled(all);
  disk.refusal = new JournalError('ENOSPC');
  supervisor.adopt(agent, nobody);
  await new Promise((resolve) => setTimeout(resolve, 800)); // It has been settled by now.
  expect(status()).toBe('running');
  // Its run is over, which nobody may take for one that goes on by the wall clock.
  expect([supervisor.runOf(id), supervisor.ranSeconds(id)]).toEqual([undefined, expect.any(Number)]);
  disk.refusal = null;
  await ledger.commit([{ type: 'storage_recovered', at, since: at }]);
  await waitFor('its end', () => status() === 'ended');
  expect(ledger.current.agents.get(id)?.usage.cost_usd).toBe(3);
});

test('an agent that cannot be settled is lost, and the coordinator goes on', async () => {
  const broken = (): never => {
    throw new RangeError('Maximum call stack size exceeded');
  };
  const all = supervised(ok({ ...costly, outputReader: () => ({ ...plainOutputReader(), result: broken }) }));
  all.supervisor.adopt(await overButNotSettled(all), nobody);
  await waitFor('its end', () => all.status() === 'ended');
  expect(all.ledger.current.agents.get(id)?.life).toMatchObject({
    ending: { status: 'lost', status_reason: expect.stringContaining('call stack') },
  });
});

test.skipIf(process.platform === 'win32')(
  'over its limit while a stop is refused by the disk, it is stopped soon',
  async () => {
    const { run, mark, isClaimed } = hold({ argv: ['/bin/sleep', '60'] });
    run.release();
    await waitFor('its claim', isClaimed);
    const { disk, ledger, supervisor, status, lines } = supervised(ok({ ...costly, outputReader: plainOutputReader }));
    await ledger.commit([
      { type: 'agent_accepted', at, request_sha256: '', facts: { ...facts, max_runtime: 1 }, prompt: '' },
      ...supervisor.ticket(id, 1).events,
      { type: 'agent_started', at, agent_id: id, attempt: 1, identity: mark.leader },
    ]);
    const agent = ledger.current.agents.get(id);
    if (agent === undefined) throw new Error('it was not accepted');
    disk.refusal = new JournalError('ENOSPC');
    disk.takesMs = 100;
    const stopping = { type: 'agent_stopping', at, agent_id: id, by: 'operator', reason: 'stop' } as const;
    const refused = ledger.commit([stopping]);
    supervisor.adopt(agent, mark.leader); // Its time is up at once.
    await expect(refused).rejects.toThrow(JournalError);
    expect(status()).toBe('running');
    disk.refusal = null;
    await waitFor('its end', () => status() === 'ended', { seen: () => lines });
    expect(ledger.current.agents.get(id)?.life).toMatchObject({ ending: { status: 'timed_out' } });
  },
);

/** Each gate is real and leaves as one does that gets no order, or part of one. */
const losing: Launcher['hold'] = ({ attemptFolder }) => {
  const { run } = hold({ argv: ['/bin/true'], attemptFolder });
  return Promise.resolve(ok({ ...run, release: run.abandon }));
};

/** Accepted, with its folder. */
async function accept({ ledger, layout }: ReturnType<typeof supervised>): Promise<void> {
  mkdirSync(layout.runFolder(id), { recursive: true });
  await ledger.commit([{ type: 'agent_accepted', at, request_sha256: '', facts, prompt: '' }]);
}

/** Starts it as the scheduler does; `count` is how often it must have been handed back by then. */
async function startLosing({ ledger, supervisor, unbegun, status }: ReturnType<typeof supervised>, count: number) {
  const ticket = supervisor.ticket(id, 1);
  const durable = ledger.commit(ticket.events);
  await supervisor.start(id, ticket, durable);
  await waitFor('its launcher is missed', () => unbegun.length === count || status() === 'never_began');
}

test.skipIf(process.platform === 'win32')(
  'an agent whose launchers are gone before it began is handed back twice, then given up with SPAWN_FAILED',
  async () => {
    const all = supervised(ok(costly), losing);
    const { ledger, unbegun, lines } = all;
    await accept(all);
    for (const count of [1, 2, 3]) await startLosing(all, count);
    expect(unbegun).toEqual([id, id]);
    expect(ledger.current.agents.get(id)?.life).toMatchObject({
      status: 'never_began',
      as: 'refused',
      failure: { code: 'SPAWN_FAILED', message: expect.stringContaining('started 3 times') },
    });
    expect(lines.filter((line) => line.includes('was gone before it began'))).toHaveLength(3);
  },
);

test.skipIf(process.platform === 'win32')('one that is claimed and gone is lost, and never started again', async () => {
  const claiming: Launcher['hold'] = async (order) => {
    const held = await losing(order);
    writeFileSync(join(order.attemptFolder, 'claim'), '1\n');
    return held;
  };
  const all = supervised(ok(costly), claiming);
  const { ledger, supervisor, unbegun, status } = all;
  await accept(all);
  const ticket = supervisor.ticket(id, 1);
  await supervisor.start(id, ticket, ledger.commit(ticket.events));
  await waitFor('its end', () => status() === 'ended');
  expect(ledger.current.agents.get(id)?.life).toMatchObject({ ending: { status: 'lost' } });
  expect(unbegun).toEqual([]);
});
