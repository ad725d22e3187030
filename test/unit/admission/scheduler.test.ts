/** The queue beside a disk that refuses: what was to leave it and may not is in it again. */
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { Scheduler } from '../../../main/coordinator/admission/scheduler.ts';
import { systemClock } from '../../../main/coordinator/clock.ts';
import { EventHub } from '../../../main/coordinator/events/hub.ts';
import { type Journal, JournalError } from '../../../main/coordinator/ledger/journal.ts';
import { Ledger } from '../../../main/coordinator/ledger/ledger.ts';
import type { Supervisor } from '../../../main/coordinator/process/supervisor.ts';
import { configSchema } from '../../../protocol/config.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { failureOf } from '../../../protocol/failures.ts';
import { emptyFleet } from '../../../protocol/fleet.ts';
import { Budgets } from '../../../main/coordinator/admission/budgets.ts';
import { agentFacts } from '../../rig/agent-facts.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const at = '2025-11-09T14:30:00.000Z';
const failure = failureOf('CANCELLED', 'stopped');

/** One agent waits for a slot; `disk.refuses` settles each append a moment later. */
async function oneWaits({
  timeout,
  refusesTheWord = false,
  more = 0,
}: {
  timeout: number;
  refusesTheWord?: boolean;
  /** So many were accepted besides, and are not in the queue yet. */
  more?: number;
}) {
  const disk = { refuses: false };
  // The part of a journal that a ledger without facts uses.
  const journal = {
    append: () =>
      new Promise<void>((resolve, reject) => {
        const { refuses } = disk;
        setTimeout(() => (refuses ? reject(new JournalError('ENOSPC')) : resolve()), 10);
      }),
  } as unknown as Journal;
  const ledger = new Ledger(emptyFleet, journal, new EventHub(() => undefined));
  const started: string[] = [];
  const ticket = (agent_id: string, attempt: number) => {
    const starting = { type: 'agent_starting', at, agent_id, attempt, nonce: 'n', token_sha256: 't' } as const;
    return { events: [starting], starting, token: '', held: null };
  };
  const supervisor = {
    ticket,
    start: async (agentId: string, _: unknown, durable: Promise<void>) => {
      await durable;
      started.push(agentId);
    },
  } as unknown as Supervisor;
  const budgets = new Budgets(configSchema.parse({}).budget, systemClock, () => null);
  const limits = { ...configSchema.parse({}).limits, max_running: 1 };
  const scheduler = new Scheduler({
    ledger,
    supervisor,
    config: { limits, intake_paused: false },
    budgets,
    clock: systemClock,
    log: () => undefined,
  });
  onTestFinished(() => scheduler.close());
  const facts = Array.from({ length: 2 + more }, (_, index) => index + 1).map((ordinal) =>
    agentFacts({
      agent_id: `agent_${ordinal}`,
      ordinal,
      request_id: `r${ordinal}`,
      timeout,
      accepted_at: systemClock.now(),
    }),
  );
  const commit = async (events: readonly ZiggieEvent[]): Promise<void> => {
    const done = ledger.commit(events);
    done.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(10);
    return done;
  };
  await commit(
    facts.map((one) => ({ type: 'agent_accepted', at, request_sha256: '', facts: one, prompt: '' }) as const),
  );
  await commit(ticket('agent_1', 1).events);
  disk.refuses = refusesTheWord;
  scheduler.enqueue(facts[1] ?? agentFacts());
  const freeTheSlot = (): Promise<void> =>
    commit([{ type: 'agent_never_began', at, agent_id: 'agent_1', as: 'refused', failure }]);
  const reason = (agentId = 'agent_2'): string => {
    const life = ledger.current.agents.get(agentId)?.life;
    return life?.status === 'queued' ? life.reason : '';
  };
  return { disk, ledger, scheduler, started, commit, freeTheSlot, reason, more: facts.slice(2) };
}

test('an agent whose cancellation the disk refused starts when there is a slot', async () => {
  const { disk, ledger, scheduler, started, commit, freeTheSlot } = await oneWaits({ timeout: 0 });
  await freeTheSlot();
  disk.refuses = true;
  const refused = commit([{ type: 'agent_never_began', at, agent_id: 'agent_2', as: 'cancelled', failure }]);
  scheduler.pump(); // While nobody knows yet whether it was cancelled.
  await expect(refused).rejects.toThrow(JournalError);
  expect(ledger.pending.agents.get('agent_2')?.life.status).toBe('queued');
  disk.refuses = false;
  await vi.advanceTimersByTimeAsync(1500);
  expect(started).toEqual(['agent_2']);
});

test('one whose patience ended while the disk refused ends a moment later', async () => {
  const { disk, ledger } = await oneWaits({ timeout: 5 });
  disk.refuses = true;
  await vi.advanceTimersByTimeAsync(5500);
  expect(ledger.pending.agents.get('agent_2')?.life.status).toBe('queued');
  disk.refuses = false;
  await vi.advanceTimersByTimeAsync(1500);
  expect(ledger.current.agents.get('agent_2')?.life).toMatchObject({ status: 'never_began', as: 'expired' });
});

test('one that could not be told why it waits is told with the next look at the queue', async () => {
  const { disk, ledger, scheduler, reason } = await oneWaits({ timeout: 0, refusesTheWord: true });
  await vi.advanceTimersByTimeAsync(20);
  expect(reason()).toBe('next to start');
  disk.refuses = false;
  scheduler.pump();
  await vi.advanceTimersByTimeAsync(20);
  expect(reason()).toContain('max_running');
  expect(ledger.pending).toBe(ledger.current);
});

test('one that was stopped while it waited, and is restarted, is told anew why it waits', async () => {
  const { ledger, scheduler, commit, reason } = await oneWaits({ timeout: 0 });
  await vi.advanceTimersByTimeAsync(20);
  expect(reason()).toContain('max_running');
  await commit([{ type: 'agent_never_began', at, agent_id: 'agent_2', as: 'cancelled', failure }]);
  const by = { by: 'operator', reason: null, request_id: 'again', request_sha256: '' };
  await commit([{ type: 'agents_requeued', at, agent_ids: ['agent_2'], ...by }]);
  expect(reason()).toBe('next to start');
  scheduler.freeAll([...ledger.current.agents.values()].filter(({ facts }) => facts.agent_id === 'agent_2'));
  await vi.advanceTimersByTimeAsync(20);
  expect(reason()).toContain('max_running');
});

test('many that enter a queue together are told together, after one look', async () => {
  const { ledger, scheduler, reason, more } = await oneWaits({ timeout: 0, more: 300 });
  await vi.advanceTimersByTimeAsync(20);
  const commits = vi.spyOn(ledger, 'commit');
  const looks = vi.spyOn(scheduler, 'pump');
  scheduler.enqueueAll(more.slice(0, 200));
  scheduler.freeAll(more.slice(200).flatMap(({ agent_id }) => ledger.current.agents.get(agent_id) ?? []));
  expect([commits.mock.calls.map(([events]) => events.length), looks.mock.calls.length]).toEqual([[200, 100], 2]);
  await vi.advanceTimersByTimeAsync(20);
  expect(more.every(({ agent_id }) => reason(agent_id).includes('max_running'))).toBe(true);
});

test('a long queue of which all know why they wait is not gone through when one more enters', async () => {
  const { ledger, scheduler, more } = await oneWaits({ timeout: 0, more: 301 });
  scheduler.enqueueAll(more.slice(0, 300));
  await vi.advanceTimersByTimeAsync(20);
  const lifeReads = vi.spyOn(ledger.pending.agents.constructor.prototype as { get: () => unknown }, 'get');
  scheduler.enqueueAll(more.slice(300));
  const reads = lifeReads.mock.calls.length;
  lifeReads.mockRestore();
  expect(reads).toBeGreaterThan(0);
  expect(reads).toBeLessThan(20);
});

test('one that is given another priority moves in the queue, also where it stands outside of it just then', async () => {
  const { scheduler, commit, more } = await oneWaits({ timeout: 0, more: 2 });
  const [third, fourth] = more;
  if (third === undefined || fourth === undefined) throw new Error('two more were accepted');
  const prioritize = async (agent_id: string, priority: number): Promise<void> => {
    const by = { by: 'operator', request_id: `to-${priority}-${agent_id}`, request_sha256: '' };
    await commit([{ type: 'agent_reprioritized', at, agent_id, priority, ...by }]);
    scheduler.reprioritize(agent_id);
  };
  const line = (): string[] => scheduler.line().map(({ facts }) => facts.agent_id);
  scheduler.enqueue(third);
  await prioritize('agent_3', 4);
  expect(line()).toEqual(['agent_3', 'agent_2']);
  await prioritize('agent_4', 0); // Not in the queue yet.
  expect(line()).toEqual(['agent_3', 'agent_2']);
  scheduler.enqueue(fourth); // With the priority that it was accepted with.
  expect(line()).toEqual(['agent_4', 'agent_3', 'agent_2']);
});
