import { describe, expect, test } from 'vitest';
import { replanSuggestions } from '../../../main/coordinator/balance-watch.ts';
import { inboxOwner } from '../../rig/group-fleet.ts';
import { configSchema } from '../../../protocol/config.ts';
import { fleet as fold } from '../../../protocol/fleet.ts';
import { fromSnapshot, toSnapshot } from '../../../protocol/fleet-snapshot.ts';
import { groupToJoin } from '../../../protocol/groups.ts';
import { withGroup } from '../../../protocol/group-record.ts';
import { agentRecord, type AgentRecord } from '../../../protocol/record.ts';
import { atSecond, GroupFleet, memberId } from '../../rig/group-fleet.ts';

const config = configSchema.parse({}).balance;
const note = { wave: 1, size: null, share: null, ratio: null, score: null, flagged: false, reasons: [] };

function recordOf(told: GroupFleet, ordinal: number, second = 0): AgentRecord {
  const agent = told.fleet.agents.get(memberId(ordinal));
  if (agent === undefined) throw new Error(`no agent ${ordinal}`);
  return withGroup(agentRecord(agent), agent, told.fleet, config, () => Date.parse(atSecond(second)));
}

/** Three that share work, all begun at second 0. */
function three(weights: readonly (number | null)[] = [0.35, 0.32, 0.33]): GroupFleet {
  const told = new GroupFleet();
  for (const estimated_workload of weights) told.start(told.accept({ estimated_workload, balance: note }));
  return told;
}

describe('what a record tells of the group', () => {
  test('each has its share and all have the score of the whole, the first of them, too', () => {
    const told = three();
    expect([1, 2, 3].map((ordinal) => recordOf(told, ordinal).balance?.share)).toEqual([0.35, 0.32, 0.33]);
    expect(recordOf(told, 1)).toMatchObject({ load_balance_score: 100, balance: { group: 'wave 1', score: 100 } });
  });

  test('shares and score of 50, 30 and 20 %', () => {
    const told = three([0.5, 0.3, 0.2]);
    expect(recordOf(told, 2).balance).toMatchObject({ share: 0.3, ratio: 2.5, score: 64 });
  });

  test('measured is the running time, pauses not counted, and what has ended keeps its own', () => {
    const told = three();
    told.end(1, 'completed', 10);
    told.tell({
      type: 'agent_paused',
      at: atSecond(20),
      agent_id: memberId(2),
      by: 'operator',
      reason: null,
      ran_seconds: 20,
    });
    const shares = [1, 2, 3].map((ordinal) => recordOf(told, ordinal, 30).balance);
    expect(shares.map((one) => [one?.actual_share, one?.actual_basis])).toEqual([
      [10 / 60, 'seconds'],
      [20 / 60, 'seconds'],
      [30 / 60, 'seconds'],
    ]);
  });

  test('measured are tokens where every one of them reports them, what was read from a cache left out', () => {
    const told = three();
    const usage = (ordinal: number, input: number): void => {
      const tokens = { input, output: 10, cache_read: 99_999, cache_write: 0 };
      const own = { session_id: null, tokens, cost_usd: null, activity: null };
      told.tell({ type: 'agent_usage', at: atSecond(1), agent_id: memberId(ordinal), usage: own });
    };
    usage(1, 90);
    usage(2, 40);
    expect(recordOf(told, 1, 10).balance?.actual_basis).toBe('seconds');
    usage(3, 40);
    expect(recordOf(told, 1, 10)).toMatchObject({ actual_workload: 0.5, balance: { actual_basis: 'tokens' } });
  });

  test('one that failed keeps its share until somebody comes after it', () => {
    const told = three();
    told.end(2, 'failed', 5);
    expect(recordOf(told, 2).balance).toMatchObject({ share: 0.32, score: 100 });
    told.accept({ estimated_workload: 0.32, balance: note }, 6);
    expect(recordOf(told, 2).balance?.share).toBeNull();
    expect(recordOf(told, 4).balance).toMatchObject({ share: 0.32, score: 100 });
  });

  test('what has not changed is the same record, whose text is made once', () => {
    const told = three();
    for (const ordinal of [1, 2, 3]) told.end(ordinal, 'completed', 10);
    const before = recordOf(told, 1, 20);
    told.accept({ name: 'of another group', group: { id: 'other', size: null } }, 30);
    expect(recordOf(told, 1, 99)).toBe(before);
    told.accept({ estimated_workload: 0.33, balance: note }, 40);
    expect(recordOf(told, 1, 99)).not.toBe(before);
    expect(recordOf(told, 1, 99).balance?.share).not.toBe(before.balance?.share);
  });

  test('an agent of an older journal is in the group that it names, and without one in none', () => {
    const told = new GroupFleet();
    told.accept({ estimated_workload: 0.5 });
    told.accept({ estimated_workload: 0.5, group: { id: 'g', size: null } });
    told.accept({ estimated_workload: 0.5, group: { id: 'g', size: null } });
    expect(recordOf(told, 1).balance).toBeNull();
    expect(recordOf(told, 2).balance).toMatchObject({ group: 'g', share: 0.5, flagged: false });
  });
});

describe('who does more than its share', () => {
  const suggestions = (told: GroupFleet, second: number, more = {}) =>
    replanSuggestions(told.fleet, { ...config, ...more }, atSecond(second));

  test('is told to plan again once the measured share passes 40 % while the group still runs', () => {
    const told = three();
    expect(suggestions(told, 100)).toEqual([]);
    told.end(1, 'completed', 60).end(2, 'completed', 60);
    expect(suggestions(told, 79)).toEqual([]);
    const [event, ...others] = suggestions(told, 120);
    expect(others).toEqual([]);
    expect(event).toMatchObject({ type: 'replan_suggested', agent_id: memberId(3), share: 0.5, basis: 'seconds' });
    expect(JSON.stringify(event)).toContain('w3 has 50 % of the running time of its 3 agents (planned: 33 %)');
  });

  test('once: its parent has one message, also after a snapshot, and the agent says so', () => {
    const told = three();
    told.end(1, 'completed', 60).end(2, 'completed', 60);
    told.tell(...suggestions(told, 120));
    expect(suggestions(told, 200)).toEqual([]);
    const restored = fromSnapshot(toSnapshot(told.fleet));
    expect(replanSuggestions(restored, config, atSecond(200))).toEqual([]);
    const messages = inboxOwner(told).filter(({ type }) => type === 'child_needs_you');
    expect(messages.map(({ agent_id, reason }) => [agent_id, reason])).toEqual([
      [memberId(3), expect.stringContaining('Plan again')],
    ]);
    expect(recordOf(told, 3).balance?.replan).toMatchObject({ share: 0.5, basis: 'seconds' });
    const again = { type: 'replan_suggested', at: atSecond(300), agent_id: memberId(3), share: 0.9 } as const;
    const twice = fold(told.fleet, { seq: told.fleet.seq + 1, event: { ...again, basis: 'seconds', suggestion: 'x' } });
    expect(twice.inboxes).toBe(told.fleet.inboxes);
  });

  test('not of two, not before all of a plan have begun, not in its first minute, not when it has ended, not where balance is off', () => {
    const two = three([0.5, 0.5]);
    two.end(1, 'completed', 60);
    expect(suggestions(two, 600)).toEqual([]);
    const planned = { ...note, size: 4 };
    const four = new GroupFleet();
    for (const ordinal of [1, 2, 3, 4]) {
      four.accept({ estimated_workload: 0.25, group: { id: 'g', size: 4 }, balance: planned });
      if (ordinal < 4) four.start(ordinal);
    }
    four.end(1, 'completed', 60).end(2, 'completed', 60);
    expect(suggestions(four, 600)).toEqual([]);
    four.start(4, 590);
    expect(suggestions(four, 600)).toHaveLength(1);
    const late = three();
    late.end(1, 'completed', 5).end(2, 'completed', 5);
    expect([suggestions(late, 59), suggestions(late, 60)].map(({ length }) => length)).toEqual([0, 1]);
    expect(suggestions(late, 60, { mode: 'off' })).toEqual([]);
    late.end(3, 'completed', 60);
    expect(suggestions(late, 100)).toEqual([]);
  });
});

test('two thousand waves of one parent are listed in one look at each, and the next one is found without looking at all', () => {
  const told = new GroupFleet();
  for (let wave = 1; wave <= 2000; wave++) {
    for (const weight of [0.5, 0.5]) told.accept({ estimated_workload: weight, balance: { ...note, wave } });
  }
  const looked = { agents: 0 };
  const counted: typeof told.fleet = {
    ...told.fleet,
    agents: new Proxy(told.fleet.agents, {
      get: (agents, name) => {
        if (name === 'get') looked.agents += 1;
        const value: unknown = Reflect.get(agents, name);
        return typeof value === 'function' ? (value.bind(agents) as unknown) : value;
      },
    }),
  };
  expect(groupToJoin(counted, 'overwatch_001', null)).toEqual({ parent: 'overwatch_001', id: null, wave: 2000 });
  expect(looked.agents).toBeLessThan(20);
  looked.agents = 0;
  for (const agent of told.fleet.agents.values()) {
    const record = withGroup(agentRecord(agent), agent, counted, config, () => 0);
    expect(record.balance?.share).toBe(0.5);
  }
  expect(looked.agents).toBeLessThan(5000);
});
