import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Scheduler } from '../../../main/coordinator/admission/scheduler.ts';
import { type Clock, systemClock } from '../../../main/coordinator/clock.ts';
import { deploy } from '../../../main/coordinator/commands/deploy.ts';
import { placeInline } from '../../../main/coordinator/commands/stored-prompt.ts';
import { WaitingPrompts } from '../../../main/coordinator/commands/waiting-prompts.ts';
import { EventHub } from '../../../main/coordinator/events/hub.ts';
import { LifeWatch } from '../../../main/coordinator/events/life-watch.ts';
import { type Journal, JournalError } from '../../../main/coordinator/ledger/journal.ts';
import { Ledger } from '../../../main/coordinator/ledger/ledger.ts';
import { layoutOf } from '../../../main/coordinator/root/layout.ts';
import type { Runtimes } from '../../../main/coordinator/runtimes/registry.ts';
import { trueRuntime } from '../../rig/true-runtime.ts';
import { configSchema } from '../../../protocol/config.ts';
import { ok } from '../../../protocol/failures.ts';
import { emptyFleet } from '../../../protocol/fleet.ts';
import { deployRequestSchema } from '../../../protocol/request.ts';
import { agentFacts } from '../../rig/agent-facts.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { Budgets } from '../../../main/coordinator/admission/budgets.ts';
import { agentRecord } from '../../../protocol/record.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

/** The part of a journal that a ledger without facts uses: it takes its time, and then does as the disk does. */
const journalThat = (append: () => Promise<void>): Journal =>
  ({ append: () => delay(20).then(append), failure: null, isFinal: false }) as unknown as Journal;

interface More {
  readonly clock?: Clock;
  readonly onTrouble?: () => void;
}

function deployTo(journal: Journal, scheduler: Partial<Scheduler> = {}, { clock = systemClock, onTrouble }: More = {}) {
  const layout = layoutOf(temporaryFolder());
  mkdirSync(layout.runs);
  const ledger = new Ledger(emptyFleet, journal, new EventHub(() => undefined), onTrouble);
  const deps = {
    layout,
    config: configSchema.parse({}),
    ledger,
    // All wait.
    scheduler: {
      admit: () => ({ events: [], ticket: null }),
      enqueue: () => undefined,
      ...scheduler,
    } as unknown as Scheduler,
    lives: new LifeWatch(() => ledger.current),
    runtimes: { get: () => ok(trueRuntime) } as unknown as Runtimes,
    clock,
    budgets: new Budgets(configSchema.parse({}).budget, clock, () => null),
    record: agentRecord,
    prompts: new WaitingPrompts({ layout, isKnown: (agentId) => ledger.pending.agents.has(agentId) }),
  };
  const ask = (prompt = 'hello', more: Record<string, unknown> = {}): Promise<unknown> => {
    const request = deployRequestSchema.parse({
      request_id: 'r1',
      action: 'deploy',
      agent_type: 'L1',
      config: { prompt },
      ...more,
    });
    return deploy(deps, {
      request,
      by: { kind: 'operator' },
      door: 'http',
      wait: 'admission',
      onDurable: () => undefined,
    });
  };
  return { layout, ledger, ask, left: () => readdirSync(layout.runs, { recursive: true }) };
}

const full = new JournalError('ENOSPC');
const refusing = (): Journal => journalThat(() => Promise.reject(full));
/** One that travels in the journal, and one that is a file of its own before. */
const prompts = [
  ['small', 'hello'],
  ['large', 'x'.repeat(100_000)],
] as const;

test('the same request at two doors at once is refused at both when the disk refuses it', async () => {
  const { ledger, ask } = deployTo(refusing());
  await expect(Promise.allSettled([ask(), ask()])).resolves.toEqual([
    { status: 'rejected', reason: full },
    { status: 'rejected', reason: full },
  ]);
  expect(ledger.pending.requests.size).toBe(0);
});

describe.each(prompts)('of an acceptance with a %s prompt that failed nothing is left', (_size, prompt) => {
  test('when the journal refuses it', async () => {
    const { ask, left } = deployTo(refusing());
    await expect(ask(prompt)).rejects.toBe(full);
    expect(left()).toEqual([]);
  });

  test('when its folder cannot be made', async () => {
    const clock = { ...systemClock, now: () => '2026-01-01T00:00:00.000Z' };
    const { layout, ask, left } = deployTo(refusing(), {}, { clock });
    writeFileSync(layout.runFolder('agent_20260101_000000_1'), 'in the way');
    await expect(ask(prompt)).rejects.toThrow('ENOTDIR');
    expect(left()).toEqual([]);
  });

  test('when the scheduler throws', async () => {
    const { ask, left } = deployTo(refusing(), {
      admit: () => {
        throw new Error('a bug');
      },
    });
    await expect(ask(prompt)).rejects.toThrow('a bug');
    expect(left()).toEqual([]);
  });

  test('when its place is refused', async () => {
    const { ask, left } = deployTo(journalThat(() => Promise.resolve()));
    await expect(ask(prompt, { parent_agent: 'agent_20260101_000000_1', agent_type: 'L2' })).resolves.toMatchObject({
      ok: false,
    });
    expect(left()).toEqual([]);
  });

  test('when another door took the same request meanwhile', async () => {
    const { ledger, ask, left } = deployTo(journalThat(() => Promise.resolve()));
    // Both wait for a start that never comes.
    const both = [ask(prompt), ask(prompt)];
    await Promise.race([...both, waitFor('it is accepted', () => ledger.current.agents.size === 1)]);
    await waitFor('what was prepared twice is gone', () => left().every((name) => !String(name).endsWith('.tmp')));
    expect(left()).toHaveLength(2); // The folder of the one agent, and its prompt.
  });
});

test('what the next start may find in the journal keeps its prompt', async () => {
  const { ask, left } = deployTo(journalThat(() => Promise.reject(new JournalError('EIO', true))));
  await expect(ask('x'.repeat(100_000))).rejects.toThrow('EIO');
  expect(left()).toHaveLength(2);
});

test('an agent that was given the number of a refused one keeps its files', async () => {
  const clock = { ...systemClock, now: () => '2026-01-01T00:00:00.000Z' };
  const agentId = 'agent_20260101_000000_1';
  const answers = [() => Promise.reject(full), () => Promise.resolve()];
  // The first is forgotten, and whoever waits for it has not been told yet: now the next one is accepted.
  const { layout, ledger, ask } = deployTo(
    journalThat(() => answers.shift()?.() ?? Promise.resolve()),
    {},
    { clock, onTrouble: () => acceptNext() },
  );
  const acceptNext = (): void => {
    placeInline(layout.runFolder(agentId), layout.promptFile(agentId), 'of the next');
    const facts = agentFacts({ agent_id: agentId, ordinal: 1, request_id: 'r2' });
    void ledger.commit([
      { type: 'agent_accepted', at: clock.now(), request_sha256: 'ab'.repeat(32), facts, prompt: 'of the next' },
    ]);
  };
  await expect(ask()).rejects.toBe(full);
  expect(ledger.pending.agents.has(agentId)).toBe(true);
  expect(readFileSync(layout.promptFile(agentId), 'utf8')).toBe('of the next');
});
