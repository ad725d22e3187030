/** A pause that meets a start: it is answered whatever becomes of the start, and the agent is started when it is resumed. */
import { mkdirSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { Budgets } from '../../../main/coordinator/admission/budgets.ts';
import { Scheduler } from '../../../main/coordinator/admission/scheduler.ts';
import { systemClock } from '../../../main/coordinator/clock.ts';
import { EventHub } from '../../../main/coordinator/events/hub.ts';
import { LifeWatch } from '../../../main/coordinator/events/life-watch.ts';
import { type Journal, JournalError } from '../../../main/coordinator/ledger/journal.ts';
import { Ledger } from '../../../main/coordinator/ledger/ledger.ts';
import { pauseAgents, resumeAgents } from '../../../main/coordinator/process/freezing.ts';
import type { Launcher } from '../../../main/coordinator/process/launcher.ts';
import { Supervisor } from '../../../main/coordinator/process/supervisor.ts';
import { layoutOf } from '../../../main/coordinator/root/layout.ts';
import type { Runtimes } from '../../../main/coordinator/runtimes/registry.ts';
import { trueRuntime } from '../../rig/true-runtime.ts';
import type { Agent } from '../../../protocol/agent.ts';
import { configSchema } from '../../../protocol/config.ts';
import { ok } from '../../../protocol/failures.ts';
import { emptyFleet } from '../../../protocol/fleet.ts';
import { agentFacts } from '../../rig/agent-facts.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';
import { trees } from './held-run.ts';

const facts = agentFacts();
const id = facts.agent_id;
const nobody = { pid: 2_147_483_647, start_time: '1', boot_id: null };

/** One agent whose launcher is held when `letHold` is called, beside a disk that refuses what it is told to. */
async function oneStarts() {
  const disk = { refuses: false };
  const journal = {
    get failure() {
      return disk.refuses ? new JournalError('ENOSPC') : null;
    },
    isFinal: false,
    append: () => (disk.refuses ? Promise.reject(new JournalError('ENOSPC')) : Promise.resolve()),
  } as unknown as Journal;
  const hub = new EventHub(() => undefined);
  const ledger = new Ledger(emptyFleet, journal, hub);
  const lives = new LifeWatch(() => ledger.current);
  hub.subscribe((event) => lives.onEvent(event));
  const layout = layoutOf(temporaryFolder());
  mkdirSync(layout.runFolder(id), { recursive: true });
  let letHold = (): void => undefined;
  const mayHold = new Promise<void>((resolve) => (letHold = resolve));
  const gone = new Promise<never>(() => undefined);
  const released: string[] = [];
  const launcher: Launcher = {
    hold: async () => {
      await mayHold;
      return ok({ identity: nobody, release: () => released.push('it'), abandon: () => undefined, gone });
    },
    holdNow: () => null,
    close: () => undefined,
  };
  const config = configSchema.parse({});
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  const supervisor: Supervisor = new Supervisor({
    placePrompt: () => undefined,
    costCap: ({ max_cost_usd }) => max_cost_usd,
    layout,
    config,
    ledger,
    runtimes: { get: () => ok(trueRuntime) } as unknown as Runtimes,
    ownership: { ...trees, launcher },
    clock: systemClock,
    url: () => '',
    log,
    onSample: () => undefined,
    onLook: () => undefined,
    onSlotFree: () => undefined,
    onBackoff: () => undefined,
    onUnbegun: () => undefined,
  });
  const budgets = new Budgets(config.budget, systemClock, () => null);
  const scheduler = new Scheduler({ ledger, supervisor, config, budgets, clock: systemClock, log });
  onTestFinished(() => {
    scheduler.close();
    supervisor.close();
  });
  const at = systemClock.now();
  await ledger.commit([{ type: 'agent_accepted', at, request_sha256: '', facts, prompt: '' }]);
  scheduler.enqueue(facts);
  const agent = (): Agent => {
    const found = ledger.current.agents.get(id);
    if (found === undefined) throw new Error('it was accepted');
    return found;
  };
  const deps = { ledger, clock: systemClock, lives, supervisor, scheduler };
  return {
    disk,
    lines,
    released,
    letHold,
    life: () => agent().life,
    isHeld: () => 'hold' in agent().life,
    pause: () => pauseAgents(deps, [agent()], { by: 'operator', reason: null }),
    resume: () => resumeAgents(deps, [agent()], 'operator'),
  };
}

test('a pause is answered although the disk refuses the start under way, and again while that waits for its turn', async () => {
  const { disk, lines, released, letHold, life, isHeld, pause, resume } = await oneStarts();
  await waitFor('it is being started', () => life().status === 'starting');
  const paused = pause();
  await waitFor('the pause is durable', isHeld);
  disk.refuses = true; // For a moment.
  letHold();
  await waitFor('the start was refused', () => lines.some((line) => line.includes('could not be started now')));
  disk.refuses = false;
  expect(await paused).toEqual(ok(new Map()));
  expect(life()).toMatchObject({ status: 'starting', hold: { by: 'operator' } });

  await resume();
  expect(isHeld()).toBe(false);
  expect(await pause()).toEqual(ok(new Map())); // Nothing of it is under way.
  expect(life()).toMatchObject({ status: 'starting', hold: { by: 'operator' } });
  expect(released).toEqual([]);

  await resume();
  await waitFor('it runs', () => life().status === 'running', { seen: life });
  await waitFor('it is let go, once', () => released.length > 0);
  expect(released).toHaveLength(1);
});

test('a pause that meets a start that succeeds settles when the run is paused', async () => {
  const { letHold, life, isHeld, pause, released } = await oneStarts();
  await waitFor('it is being started', () => life().status === 'starting');
  const paused = pause();
  await waitFor('the pause is durable', isHeld);
  letHold();
  expect(await paused).toEqual(ok(new Map()));
  expect([life().status, released.length]).toEqual(['paused', 1]);
});
