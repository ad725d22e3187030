import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Ending, isEnded, statusOf } from '../../../protocol/agent.ts';
import { fleetSnapshotSchema, type Sequenced, type ZiggieEvent } from '../../../protocol/events.ts';
import {
  agentsInOrder,
  emptyFleet,
  type Fleet,
  fleet,
  inPlace,
  isWithin,
  livingAgents,
  settled,
  subtree,
} from '../../../protocol/fleet.ts';
import { fromSnapshot, toSnapshot } from '../../../protocol/fleet-snapshot.ts';
import { holdOf } from '../../../protocol/hold.ts';
import { agentRecord, agentRecordSchema } from '../../../protocol/record.ts';
import { agentFacts } from '../../rig/agent-facts.ts';
import { agentIdOf, anyEvents } from './any-events.ts';

const completed: Ending = {
  status: 'completed',
  status_reason: 'done',
  source: 'exit_event',
  exit_code: 0,
  signal: null,
  completed_at: '2025-11-09T14:30:00.000Z',
  execution_time_seconds: 1,
  report_exists: false,
  report_problems: [],
  stop_steps: [],
  survivors: [],
  reaped: 0,
};

const fold = (events: readonly Sequenced[], from: Fleet = emptyFleet): Fleet => events.reduce(fleet, from);
/** Everything a fleet says, in a form that `toEqual` compares deeply. */
const said = (state: Fleet): unknown => ({
  ...toSnapshot(state),
  requests: [...state.requests.entries()].sort(([a], [b]) => (a < b ? -1 : 1)),
  accepted: state.accepted,
  living: livingAgents(state).map(({ facts }) => facts.agent_id),
  counts: state.counts,
});

describe('whatever the order of events', () => {
  test('an end is final until it is forgotten or restarted, and only an end can be forgotten', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        let state = emptyFleet;
        for (const event of events) {
          const before = state;
          state = fleet(state, event);
          for (const [id, agent] of before.agents) {
            const now = state.agents.get(id);
            if (event.event.type !== 'agents_forgotten') expect(now).toBeDefined();
            const isRestarted = event.event.type === 'agents_requeued' && event.event.agent_ids.includes(id);
            if (isEnded(agent) && now !== undefined && !isRestarted) expect(now.life).toBe(agent.life);
            if (isEnded(agent) && isRestarted) expect(['queued', 'backoff']).toContain(now?.life.status);
            if (!isEnded(agent) && isRestarted) expect(now?.life).toBe(agent.life);
            if (!isEnded(agent)) expect(now).toBeDefined();
          }
        }
      }),
    );
  });

  test('a pause keeps who it is and which attempt, and a resume undoes it', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const before = fold(events);
        for (const [agent_id, agent] of before.agents) {
          const own = { at: '2025-11-09T14:35:00.000Z', agent_id, by: 'operator' };
          const pause = { type: 'agent_paused', ...own, reason: null, ran_seconds: 7 } as const;
          const paused = fleet(before, { seq: before.seq + 1, event: pause });
          const resumed = fleet(paused, { seq: before.seq + 2, event: { type: 'agent_resumed', ...own } });
          const [held, free] = [paused.agents.get(agent_id), resumed.agents.get(agent_id)];
          if (held === undefined || free === undefined) throw new Error('it is there');
          expect(statusOf(held)).toBe(agent.life.status === 'running' ? 'paused' : statusOf(agent));
          expect(statusOf(free)).toBe(agent.life.status === 'paused' ? 'running' : statusOf(agent));
          expect(holdOf(free.life)).toBeNull();
          const isOver = isEnded(agent) || agent.life.status === 'stopping';
          expect(holdOf(held.life) === null).toBe(isOver);
          if (agent.life.status === 'running')
            expect(free.life).toEqual({ ...agent.life, ran: { seconds: 7, at: own.at } });
          expect(agentRecord(held)).toMatchObject({ pid: agentRecord(agent).pid, attempt: agentRecord(agent).attempt });
        }
      }),
    );
  });

  test('the counts and the living are a recount of the agents', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const state = fold(events);
        const alive = agentsInOrder(state).filter((agent) => !isEnded(agent));
        const recount = { queued: 0, starting: 0, running: 0, paused: 0, stopping: 0, backoff: 0 };
        for (const { life } of alive) {
          if (life.status !== 'ended' && life.status !== 'never_began') recount[life.status] += 1;
        }
        expect(state.counts).toEqual(recount);
        expect(livingAgents(state)).toEqual(alive);
      }),
    );
  });

  test('a snapshot and the tail after it fold to the same fleet as the whole sequence', () => {
    fc.assert(
      fc.property(anyEvents, fc.nat(), (events, cut) => {
        const at = events.length === 0 ? 0 : cut % (events.length + 1);
        const text = JSON.stringify(toSnapshot(fold(events.slice(0, at))));
        const restored = fromSnapshot(fleetSnapshotSchema.parse(JSON.parse(text)));
        expect(said(fold(events.slice(at), restored))).toEqual(said(fold(events)));
      }),
    );
  });

  test('folded in place is the same fleet, and what it began with is untouched', () => {
    fc.assert(
      fc.property(anyEvents, fc.nat(), (events, cut) => {
        const at = events.length === 0 ? 0 : cut % (events.length + 1);
        const before = fold(events.slice(0, at));
        const saidBefore = structuredClone(said(before));
        const inOne = settled(fold(events.slice(at), inPlace(before)));
        expect(said(inOne)).toEqual(said(fold(events)));
        expect(new Map(inOne.slots.byKind)).toEqual(new Map(fold(events).slots.byKind));
        expect(said(before)).toEqual(saidBefore);
        // Nothing of it is changed in place any more.
        const saidThen = structuredClone(said(inOne));
        fold(
          [
            {
              seq: inOne.seq + 1,
              event: { type: 'agents_forgotten', at: completed.completed_at, agent_ids: [...inOne.agents.keys()] },
            },
          ],
          inOne,
        );
        expect(said(inOne)).toEqual(saidThen);
      }),
    );
  });

  test('a tail that is folded in twice changes nothing', () => {
    fc.assert(
      fc.property(anyEvents, fc.nat(), (events, cut) => {
        const whole = fold(events);
        expect(fold(events.slice(cut % (events.length + 1)), whole)).toBe(whole);
      }),
    );
  });

  test('each child is entered once, at the parent it names', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const state = fold(events);
        const entered = [...state.agents.values(), ...state.externals.values()].flatMap(({ children }) => children);
        expect(new Set(entered).size).toBe(entered.length);
        for (const [id, agent] of state.agents) {
          for (const child of agent.children) expect(state.agents.get(child)?.facts.parent_agent).toBe(id);
        }
      }),
    );
  });

  test('every agent has a valid record, and its subtree is what lies within it', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const state = fold(events);
        for (const agent of agentsInOrder(state)) {
          const record = agentRecordSchema.parse(agentRecord(agent));
          expect(record.status).toBe(statusOf(agent));
          for (const below of subtree(state, agent.facts.agent_id)) {
            expect(isWithin(state, below.facts.agent_id, agent.facts.agent_id)).toBe(true);
          }
        }
      }),
    );
  });

  test('the sequence number is that of the last event, and the next ordinal was never used', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const state = fold(events);
        expect(state.seq).toBe(events.length);
        for (const { facts } of state.agents.values()) expect(facts.ordinal).toBeLessThanOrEqual(state.accepted);
      }),
    );
  });
});

test('the random events reach every state, so that the properties above say something', () => {
  const seen = new Set<string>();
  for (const events of fc.sample(anyEvents, { numRuns: 600, seed: 1 })) {
    for (const agent of fold(events).agents.values()) seen.add(statusOf(agent));
  }
  expect([...seen].sort()).toEqual(
    ['queued', 'starting', 'running', 'paused', 'stopping', 'backoff']
      .concat(['completed', 'failed', 'stopped', 'timed_out', 'lost'])
      .concat(['refused', 'expired', 'cancelled'])
      .sort(),
  );
});

test('an agent is within itself and its ancestors, not within its siblings or below', () => {
  const parents = [null, 1, 1, 2] as const;
  const state = fold(
    parents.map((parent, index) => {
      const [sample] = fc.sample(
        anyEvents.filter((events) => events[0]?.event.type === 'agent_accepted'),
        1,
      );
      const first = sample?.[0]?.event;
      if (first?.type !== 'agent_accepted') throw new Error('the sample begins with an acceptance');
      const ordinal = index + 1;
      const facts = {
        ...first.facts,
        agent_id: agentIdOf(ordinal),
        ordinal,
        parent_agent: parent === null ? null : agentIdOf(parent),
      };
      return { seq: ordinal, event: { ...first, facts } };
    }),
  );
  expect(isWithin(state, agentIdOf(4), agentIdOf(1))).toBe(true);
  expect(isWithin(state, agentIdOf(4), agentIdOf(2))).toBe(true);
  expect(isWithin(state, agentIdOf(4), agentIdOf(3))).toBe(false);
  expect(isWithin(state, agentIdOf(1), agentIdOf(4))).toBe(false);
  expect(isWithin(state, 'nobody', agentIdOf(1))).toBe(false);
  expect(subtree(state, agentIdOf(1)).map(({ facts }) => facts.ordinal)).toEqual([1, 2, 4, 3]);
});

test('a restart by the verb: the next attempt, usage kept, and its request remembered until all it restarted are forgotten', () => {
  const at = '2025-11-09T14:30:00.000Z';
  const facts = agentFacts();
  const { agent_id } = facts;
  const identity = { pid: 7, start_time: '1', boot_id: 'boot' };
  const by = { at, by: 'operator', reason: null, request_sha256: 'c' };
  const requeue = (request_id: string): ZiggieEvent => ({
    type: 'agents_requeued',
    ...by,
    agent_ids: [agent_id],
    request_id,
  });
  const start = (attempt: number): ZiggieEvent => ({
    type: 'agent_starting',
    at,
    agent_id,
    attempt,
    nonce: 'n',
    token_sha256: 'h',
  });
  const failure = { code: 'SPAWN_FAILED', message: 'no' } as const;
  const events: ZiggieEvent[] = [
    { type: 'agent_accepted', at, request_sha256: 'f', facts, prompt: null },
    start(1),
    { type: 'agent_never_began', at, agent_id, as: 'refused', failure },
    requeue('first'),
    start(2),
    { type: 'agent_started', at, agent_id, attempt: 2, identity },
    { type: 'agent_usage', at, agent_id, usage: { session_id: null, tokens: null, cost_usd: 2, activity: null } },
    { type: 'agent_ended', at, agent_id, attempt: 2, ending: completed },
    requeue('second'),
  ];
  const after = (count: number): Fleet => fold(events.slice(0, count).map((event, i) => ({ seq: i + 1, event })));
  expect(after(4).agents.get(agent_id)?.life).toMatchObject({ status: 'queued', attempts: 1 });
  const again = after(9);
  expect(again.agents.get(agent_id)?.life).toMatchObject({
    status: 'backoff',
    attempt: 2,
    ending: completed,
    until: at,
  });
  expect(again.agents.get(agent_id)?.usage_before.cost_usd).toBe(2);
  expect(again.requests.get('second')).toMatchObject({ restarted: [agent_id], agent_id: null, answered: true });
  const ended: ZiggieEvent = { type: 'agent_ended', at, agent_id, attempt: 2, ending: completed };
  const gone: ZiggieEvent = { type: 'agents_forgotten', at, agent_ids: [agent_id] };
  const forgotten = fold(
    [ended, gone].map((event, i) => ({ seq: 10 + i, event })),
    again,
  );
  expect(forgotten.requests.size).toBe(0);
});

describe('a restart', () => {
  const at = '2025-11-09T14:30:00.000Z';
  const facts = agentFacts();
  const own = { at, agent_id: facts.agent_id };
  const tokens = { input: 1, output: 2, cache_read: 3, cache_write: 4 };
  const usage = { session_id: 'first', tokens, cost_usd: 0.5, activity: 'tool: Bash' };
  const identity = { pid: 7, start_time: '1', boot_id: 'boot' };
  const ending: Ending = {
    status: 'failed',
    status_reason: 'exit 1',
    source: 'exit_event',
    exit_code: 1,
    signal: null,
    completed_at: at,
    execution_time_seconds: 1,
    report_exists: false,
    report_problems: [],
    stop_steps: [],
    survivors: [],
    reaped: 0,
  };
  const starting = (attempt: number) =>
    ({ type: 'agent_starting', ...own, attempt, nonce: `n${attempt}`, token_sha256: 'h', log_from: 10 }) as const;
  const history: readonly ZiggieEvent[] = [
    { type: 'agent_accepted', at, request_sha256: 'f', facts, prompt: null },
    starting(1),
    { type: 'agent_started', ...own, attempt: 1, identity },
    { type: 'agent_usage', ...own, usage },
    { type: 'agent_restarting', ...own, attempt: 1, ending, until: at, reason: 'again soon', failures: 1 },
    starting(2),
    { type: 'agent_started', ...own, attempt: 2, identity },
    { type: 'agent_usage', ...own, usage: { ...usage, session_id: 'second', cost_usd: null } },
  ];
  const after = (count: number) =>
    fold(history.slice(0, count).map((event, index) => ({ seq: index + 1, event }))).agents.get(facts.agent_id);

  test('waits in a state of its own, which holds how the attempt ended and no process', () => {
    const agent = after(5);
    expect(agent?.life).toMatchObject({ status: 'backoff', attempt: 1, ending, reason: 'again soon' });
    expect(agent && agentRecord(agent)).toMatchObject({ status: 'backoff', pid: null, attempt: 1, completed_at: null });
  });

  test('begins a new attempt, with its own place in the log', () => {
    expect(after(7)?.life).toMatchObject({ status: 'running', attempt: 2, nonce: 'n2', log_from: 10 });
    expect(after(7)?.failures).toBe(1);
  });

  test('adds up what the attempts used, and makes up nothing', () => {
    const twice = { input: 2, output: 4, cache_read: 6, cache_write: 8 };
    expect(after(8)?.usage).toEqual({ ...usage, session_id: 'second', tokens: twice, cost_usd: 0.5 });
  });
});

test('another priority is that of who waits only, and its request is remembered for as long as the agent is', () => {
  const at = '2025-11-09T14:30:00.000Z';
  const facts = agentFacts();
  const { agent_id } = facts;
  const move = (priority: number): ZiggieEvent => {
    const request = { request_id: `move-${priority}`, request_sha256: 'c' };
    return { type: 'agent_reprioritized', at, agent_id, priority, by: 'operator', ...request };
  };
  const events: ZiggieEvent[] = [
    { type: 'agent_accepted', at, request_sha256: 'f', facts, prompt: null },
    move(1),
    { type: 'agent_starting', at, agent_id, attempt: 1, nonce: 'n', token_sha256: 'h' },
    move(2),
    { type: 'agent_never_began', at, agent_id, as: 'refused', failure: { code: 'SPAWN_FAILED', message: 'no' } },
    { type: 'agents_forgotten', at, agent_ids: [agent_id] },
  ];
  const after = (count: number): Fleet => fold(events.slice(0, count).map((event, i) => ({ seq: i + 1, event })));
  expect(after(2).agents.get(agent_id)?.facts.priority).toBe(1);
  expect(after(4).agents.get(agent_id)?.facts.priority).toBe(1);
  expect([...after(5).requests.keys()]).toEqual([facts.request_id, 'move-1', 'move-2']);
  expect(after(6).requests.size).toBe(0);
});
