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
import { agentFacts } from '../../rig/agent-facts.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const at = '2025-11-09T14:30:00.000Z';
const failure = failureOf('CANCELLED', 'stopped');

/** One agent waits for a slot; `disk.refuses` settles each append a moment later. */
async function oneWaits({ timeout, refusesTheWord = false }: { timeout: number; refusesTheWord?: boolean }) {
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
  const limits = { ...configSchema.parse({}).limits, max_running: 1 };
  const scheduler = new Scheduler({ ledger, supervisor, limits, clock: systemClock, log: () => undefined });
  onTestFinished(() => scheduler.close());
  const facts = [1, 2].map((ordinal) =>
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
  const reason = (): string => {
    const life = ledger.current.agents.get('agent_2')?.life;
    return life?.status === 'queued' ? life.reason : '';
  };
  return { disk, ledger, scheduler, started, commit, freeTheSlot, reason };
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
