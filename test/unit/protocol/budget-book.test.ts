/** The accounts: pure, so that every order of deploys, ends and spendings can be tried. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Agent } from '../../../protocol/agent.ts';
import { BudgetBook, type BudgetRules } from '../../../protocol/budget-book.ts';
import { checkClaims, checkStart } from '../../../protocol/budget-check.ts';
import { type Budget, noLimits } from '../../../protocol/budget.ts';
import { fleetSnapshotSchema, type ZiggieEvent } from '../../../protocol/events.ts';
import { emptyFleet, fleet as fold, type Fleet } from '../../../protocol/fleet.ts';
import { fromSnapshot, toSnapshot } from '../../../protocol/fleet-snapshot.ts';
import { agentFacts } from '../../rig/agent-facts.ts';

const at = '2026-01-31T12:00:00.000Z';
const now = Date.parse(at);
const noRules: BudgetRules = { perTree: noLimits, perDay: noLimits, onExceeded: 'refuse', exact: false };
const budgetOf = (limits: Partial<Budget>): Budget => ({ ...noLimits, on_exceeded: null, exact: null, ...limits });

const then = (state: Fleet, ...events: ZiggieEvent[]): Fleet =>
  events.reduce((before, event) => fold(before, { seq: before.seq + 1, event }), state);

const accepted = (id: string, parent: string | null, budget: Budget | null, ordinal = 1): ZiggieEvent => ({
  type: 'agent_accepted',
  at,
  request_sha256: '',
  prompt: '',
  facts: agentFacts({
    agent_id: id,
    ordinal,
    request_id: `r-${id}`,
    parent_agent: parent,
    ...(budget === null ? {} : { budget }),
  }),
});
const starting = (agent_id: string, attempt = 1): ZiggieEvent => ({
  type: 'agent_starting',
  at,
  agent_id,
  attempt,
  nonce: 'n',
  token_sha256: 't',
});
const started = (agent_id: string, attempt = 1, when = at): ZiggieEvent => ({
  type: 'agent_started',
  at: when,
  agent_id,
  attempt,
  identity: { pid: 1, start_time: '1', boot_id: 'b' },
});
const used = (agent_id: string, cost_usd: number): ZiggieEvent => ({
  type: 'agent_usage',
  at,
  agent_id,
  usage: { session_id: null, tokens: null, cost_usd, activity: null },
});
const ending = (seconds: number, when = at) => ({
  status: 'failed' as const,
  status_reason: '',
  source: 'exit_event' as const,
  exit_code: 1,
  signal: null,
  completed_at: when,
  execution_time_seconds: seconds,
  report_exists: false,
  report_problems: [],
  stop_steps: [],
  survivors: [],
  reaped: 0,
});
const ended = (agent_id: string, seconds = 0, attempt = 1, when = at): ZiggieEvent => ({
  type: 'agent_ended',
  at: when,
  agent_id,
  attempt,
  ending: ending(seconds, when),
});
const agentOf = (state: Fleet, id: string): Agent => {
  const agent = state.agents.get(id);
  if (agent === undefined) throw new Error(`${id} is not there`);
  return agent;
};
const viewOf = (state: Fleet, id: string, rules = noRules, when = now) =>
  new BudgetBook(state, rules, when).viewOf(agentOf(state, id));

/** Reckoned anew, by the rule alone: what it spent, and what each branch below holds that has not ended, or spent that has. */
function reckoned(state: Fleet, id: string): { spent: number; used: number; isOver: boolean } {
  const { usage, children } = agentOf(state, id);
  const below = children.map((child) => {
    const branch = reckoned(state, child);
    const given = agentOf(state, child).facts.budget?.cost_usd ?? 0;
    return { ...branch, held: branch.isOver ? branch.spent : Math.max(given, branch.used) };
  });
  const sum = (of: (one: (typeof below)[number]) => number): number => below.reduce((total, one) => total + of(one), 0);
  const spent = (usage.cost_usd ?? 0) + sum((one) => one.spent);
  const used = (usage.cost_usd ?? 0) + sum(({ held }) => held);
  return { spent, used, isOver: !state.living.has(id) && below.every(({ isOver }) => isOver) };
}

/** What may be tried: a deploy below any agent, or an agent that spends and ends. */
const steps = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant('deploy' as const),
      below: fc.nat(20),
      cents: fc.option(fc.integer({ min: 1, max: 120 })),
    }),
    fc.record({ do: fc.constant('spend' as const), who: fc.nat(20), share: fc.integer({ min: 0, max: 100 }) }),
    fc.record({ do: fc.constant('end' as const), who: fc.nat(20) }),
  ),
  { maxLength: 60 },
);

describe('budgets', () => {
  test('given by anybody in any order, together never exceed what was given above, as long as each keeps to its own', () => {
    fc.assert(
      fc.property(steps, (tried) => {
        const own = new Map([['a0', 100]]);
        let state = then(
          emptyFleet,
          accepted('a0', null, budgetOf({ cost_usd: 1, agents: 12 })),
          starting('a0'),
          started('a0'),
        );
        for (const step of tried) {
          const ids = [...state.agents.keys()];
          if (step.do === 'deploy') {
            const parent = ids[step.below % ids.length] ?? 'a0';
            const cents = step.cents ?? 1;
            const budget = budgetOf({ cost_usd: cents / 100 });
            if (!state.living.has(parent)) continue;
            if (checkClaims(new BudgetBook(state, noRules, now), [{ parent, budget, maxCost: 0 }], null) !== null)
              continue;
            const id = `a${ids.length}`;
            own.set(id, cents);
            state = then(state, accepted(id, parent, budget, ids.length + 1));
            if (checkStart(new BudgetBook(state, noRules, now), agentOf(state, id)) === null) {
              state = then(state, starting(id), started(id));
            }
          } else {
            const id = ids[step.who % ids.length] ?? 'a0';
            const agent = agentOf(state, id);
            if (agent.life.status !== 'running' || id === 'a0') continue;
            if (step.do === 'end') state = then(state, ended(id));
            else {
              // It keeps to what is left of its own.
              const left = Math.max(0, (own.get(id) ?? 0) / 100 - reckoned(state, id).used);
              state = then(state, used(id, (agent.usage.cost_usd ?? 0) + (left * step.share) / 100));
            }
          }
          for (const [id, cents] of own) {
            if (state.living.has(id)) expect(reckoned(state, id).used).toBeLessThanOrEqual(cents / 100 + 1e-6);
          }
          expect(state.agents.size).toBeLessThanOrEqual(12);
          const total = [...state.agents.values()].reduce((sum, { usage }) => sum + (usage.cost_usd ?? 0), 0);
          expect(viewOf(state, 'a0')?.spent.cost_usd).toBeCloseTo(total, 5);
        }
      }),
    );
  });

  test('one cent more than what is left is refused, exactly what is left is not', () => {
    const state = then(
      emptyFleet,
      accepted('a', null, budgetOf({ cost_usd: 0.3 })),
      starting('a'),
      started('a'),
      ...['b', 'c'].map((id, index) => accepted(id, 'a', budgetOf({ cost_usd: 0.1 }), index + 2)),
    );
    const asks = (cost_usd: number) =>
      checkClaims(
        new BudgetBook(state, noRules, now),
        [{ parent: 'a', budget: budgetOf({ cost_usd }), maxCost: 0 }],
        null,
      );
    expect(asks(0.1)).toBeNull();
    expect(asks(0.11)?.failure).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      details: { reserved: 0.2, left: 0.1, asked: 0.11 },
    });
  });

  test('of an agent without a budget the most that its run may cost is reserved until it has ended', () => {
    const capped = accepted('b', 'a', null, 2);
    if (capped.type !== 'agent_accepted') throw new Error('it is one');
    const state = then(
      emptyFleet,
      accepted('a', null, budgetOf({ cost_usd: 1 })),
      starting('a'),
      started('a'),
      { ...capped, facts: { ...capped.facts, max_cost_usd: 0.7 } },
      starting('b'),
      started('b'),
      used('b', 0.1),
    );
    expect(viewOf(state, 'a')).toMatchObject({
      spent: { cost_usd: 0.1 },
      reserved: { cost_usd: 0.6 },
      left: { cost_usd: 0.3 },
    });
    const claim = { parent: 'a', budget: null, maxCost: 0.4 };
    expect(checkClaims(new BudgetBook(state, noRules, now), [claim], null)?.failure.details).toMatchObject({
      asked: 0.4,
    });
    const after = then(state, ended('b'));
    expect(viewOf(after, 'a')).toMatchObject({ reserved: { cost_usd: 0 }, left: { cost_usd: 0.9 } });
    expect(checkClaims(new BudgetBook(after, noRules, now), [claim], null)).toBeNull();
  });

  test('minutes are those of all attempts and all agents, and what still runs is counted up to now', () => {
    const state = then(
      emptyFleet,
      accepted('a', null, budgetOf({ minutes: 60 })),
      starting('a'),
      started('a', 1, '2026-01-31T11:50:00.000Z'),
      accepted('b', 'a', null, 2),
      starting('b'),
      started('b', 1, '2026-01-31T11:40:00.000Z'),
      {
        type: 'agent_restarting',
        at,
        agent_id: 'b',
        attempt: 1,
        ending: ending(300),
        until: at,
        reason: '',
        failures: 1,
      },
    );
    expect(viewOf(state, 'a')?.spent.minutes).toBe(15);
    const again = then(state, starting('b', 2), started('b', 2), ended('b', 120, 2));
    expect(viewOf(again, 'a')?.spent.minutes).toBe(17);
    expect(viewOf(again, 'a', noRules, now + 60_000)?.spent.minutes).toBe(18);
    expect(viewOf(again, 'a')?.left.minutes).toBe(43);
  });

  test('what was spent by those who are forgotten is still spent', () => {
    const before = then(
      emptyFleet,
      accepted('a', null, budgetOf({ cost_usd: 5 })),
      starting('a'),
      started('a'),
      accepted('b', 'a', null, 2),
      starting('b'),
      started('b'),
      accepted('c', 'b', null, 3),
      starting('c'),
      started('c'),
      used('b', 1),
      used('c', 2),
      ended('c', 60),
      ended('b', 60),
    );
    const after = then(before, { type: 'agents_forgotten', at, agent_ids: ['b', 'c'] });
    expect([...after.agents.keys()]).toEqual(['a']);
    expect(viewOf(after, 'a')).toEqual(viewOf(before, 'a'));
    expect(viewOf(after, 'a')?.spent).toEqual({ cost_usd: 3, tokens: 0, agents: 3, minutes: 2 });
  });

  test('the day is a UTC day: what was spent yesterday does not count, nor what ran before midnight', () => {
    const rules: BudgetRules = { ...noRules, perDay: { ...noLimits, cost_usd: 2, minutes: 100 } };
    const next = '2026-02-01T00:10:00.000Z';
    const yesterday = then(
      emptyFleet,
      accepted('a', null, null),
      starting('a'),
      started('a', 1, '2026-01-31T23:00:00.000Z'),
      used('a', 1.5),
    );
    const book = (state: Fleet, when: string) => viewOf(state, 'a', rules, Date.parse(when));
    expect(book(yesterday, '2026-01-31T23:30:00.000Z')?.left).toMatchObject({ cost_usd: 0.5, minutes: 70 });
    expect(book(yesterday, next)?.left).toMatchObject({ cost_usd: 2, minutes: 90 });
    const over = then(yesterday, ended('a', 70 * 60, 1, next));
    expect(book(over, next)?.left).toMatchObject({ cost_usd: 2, minutes: 90 });
  });

  test('a snapshot keeps what was spent on the day, before it and by attempts before; one of the last release still loads', () => {
    const state = then(
      emptyFleet,
      accepted('a', null, budgetOf({ cost_usd: 5, minutes: 9 })),
      starting('a'),
      started('a'),
      used('a', 1),
      {
        type: 'agent_restarting',
        at,
        agent_id: 'a',
        attempt: 1,
        ending: ending(60),
        until: at,
        reason: '',
        failures: 1,
      },
      starting('a', 2),
    );
    const json = JSON.parse(JSON.stringify(toSnapshot(state))) as Record<string, unknown>;
    const restored = fromSnapshot(fleetSnapshotSchema.parse(json));
    expect(restored.day).toEqual({ date: '2026-01-31', cost_usd: 1, tokens: 0, agents: 1, minutes: 1 });
    expect(viewOf(restored, 'a')).toEqual(viewOf(state, 'a'));
    expect(viewOf(restored, 'a')?.spent.minutes).toBe(1);
    delete json['day'];
    expect(fromSnapshot(fleetSnapshotSchema.parse(json)).day).toEqual({ ...emptyFleet.day });
  });
});
