import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planRequestSchema } from '../../../protocol/plan.ts';
import { batchRequestSchema } from '../../../protocol/request.ts';
import { planWork } from '../../../protocol/planning.ts';
import { balanceGroups } from '../../../renderer/selectors/balance-groups.ts';
import { batchOf, firstPrompt, obstacle, parentChoices } from '../../../renderer/selectors/plan-deployment.ts';
import { planNumbers } from '../../../renderer/selectors/plan-draft.ts';
import { parsePlan, withSplit } from '../../../renderer/selectors/plan-input.ts';
import { barOf, barWords, openPlace, percent } from '../../../renderer/selectors/share-bars.ts';
import { GroupFleet } from '../../rig/group-fleet.ts';
import { fleetFrom, idOf, outside, over, running } from './fleets.ts';

const rules = { max_share: 0.4, max_ratio: 2 };
const settings = { ...rules, replan_after_seconds: 60 };
const atSecond = (second: number): number => Date.parse('2025-11-09T14:30:00.000Z') + second * 1000;

const group = { id: 'wave-1', size: 3 };
const shared = (weights: readonly number[], size = 3): GroupFleet => {
  const fleet = new GroupFleet();
  for (const weight of weights) fleet.accept({ estimated_workload: weight, group: { ...group, size } });
  return fleet;
};

const groupsOf = (fleet: GroupFleet, second = 0, mostFinished = 9) =>
  balanceGroups(fleet.fleet, settings, atSecond(second), mostFinished);

describe('groups', () => {
  test('estimate beside measured, largest first, with score and ratio; who does too much is named, and what to do', () => {
    const fleet = shared([0.3, 0.36, 0.34]);
    for (const one of [1, 2, 3]) fleet.start(one);
    fleet.end(1, 'completed', 20).end(3, 'completed', 20);
    const [row] = groupsOf(fleet, 100).living;
    expect(row).toMatchObject({ name: 'wave-1', size: '3', ratio: 1.2, score: 100, balanced: true });
    expect(row?.path.map(({ name }) => name)).toEqual(['', 'overwatch_001']);
    expect(row?.estimated.map(({ name, share, kind }) => [name, share, kind])).toEqual([
      ['L2.1 w2', 0.36, 'kept'],
      ['L2.1 w3', 0.34, 'kept'],
      ['L2.1 w1', 0.3, 'kept'],
    ]);
    expect(row?.measured[0]).toMatchObject({ name: 'L2.1 w2', kind: 'over' });
    expect(row?.advice).toEqual([
      'L2.1 w2 has done 71.4 % of the work so far (by time), more than 40 %. Give what is left of its work to another agent, or let it end.',
    ]);
    expect(row?.members.map(({ amount, estimated }) => [amount, estimated])).toEqual([
      ['20s', 0.3],
      ['1m 40s', 0.36],
      ['20s', 0.34],
    ]);
  });

  test('a plan that is not complete shows who is still to come, and judges nothing measured yet', () => {
    const [row] = groupsOf(shared([0.4])).living;
    expect(row?.size).toBe('1 of 3');
    expect(row?.estimated.map(({ name, share, kind, agentId }) => [name, share, kind, agentId === null])).toEqual([
      ['L2.1 w1', 0.4, 'kept', false],
      ['still to come', 0.3, 'open', true],
      ['still to come', 0.3, 'open', true],
    ]);
    expect(row?.measured).toEqual([]);
    const two = shared([0.4, 0.3]).start(1).start(2, 20);
    expect(groupsOf(two, 30).living[0]?.measured.map(({ share, kind }) => [share, kind])).toEqual([
      [0.75, 'kept'],
      [0.25, 'kept'],
    ]);
  });

  test.each([
    [
      [0.6, 0.2, 0.2],
      'L2.1 w1 was given 60 %, more than 40 %. Split its part, or deploy another agent for some of it.',
    ],
    [
      [0.4, 0.4, 0.2],
      'L2.1 w1 was given 2 × as much as L2.1 w3; below 2 times is wanted. Move some of its part there.',
    ],
  ])('an estimate of %j is advised on', (weights, advice) => {
    const [row] = groupsOf(shared(weights)).living;
    expect(row).toMatchObject({ balanced: false, advice: [advice] });
  });

  test('living groups come first, finished ones without advice after them, single agents not at all', () => {
    const fleet = shared([0.8, 0.2], 2);
    fleet.start(1).start(2).end(1, 'completed', 5).end(2, 'completed', 5);
    fleet.accept({ estimated_workload: 0.5, group: { id: 'second', size: 2 } }, 10);
    fleet.accept({ group: { id: 'alone', size: null } }, 10);
    const { living, finished, finishedCount } = groupsOf(fleet, 20);
    expect(living.map(({ name, advice }) => [name, advice])).toEqual([['second', []]]);
    expect(finished.map(({ name, advice }) => [name, advice])).toEqual([['wave-1', []]]);
    expect([finishedCount, groupsOf(fleet, 20, 0).finished]).toEqual([1, []]);
  });

  test('below three the limit does not count; a bar is said in one sentence', () => {
    const shares = [
      { agentId: 'a', name: 'A', share: 0.7 },
      { agentId: openPlace, name: 'still to come', share: 0.3 },
    ];
    expect(barOf(shares, 2, 0.4).map(({ kind }) => kind)).toEqual(['kept', 'open']);
    const bar = barOf(
      [
        { agentId: 'a', name: 'A', share: 0.4001 },
        { agentId: 'b', name: 'B', share: 0.3 },
      ],
      3,
      0.4,
    );
    expect(barWords(bar)).toBe('A 40 % (too much), B 30 %');
    expect([percent(1 / 3), percent(1), percent(0.001)]).toEqual(['33.3 %', '100 %', '0.1 %']);
  });
});

describe('tasks as they are written', () => {
  test('by space, comma, tab, with a head, comments, percent and quotes', () => {
    const text =
      'task,weight\n# mine\nsprites 50\nsound effects, 30\nlevels\t2.5e1\r\n"a ""b"", c", 7\nrest = 12 %\n\nhalf 0,5';
    expect(parsePlan(text)).toEqual({
      tasks: [
        { id: 'sprites', weight: 50 },
        { id: 'sound effects', weight: 30 },
        { id: 'levels', weight: 25 },
        { id: 'a "b", c', weight: 7 },
        { id: 'rest', weight: 12 },
        { id: 'half', weight: 0.5 },
      ],
      problems: [],
    });
  });

  test.each([
    ['sprites', 'expected a task and its weight'],
    ['a 1\na 2', '"a" is there already'],
    ['a 0', 'must be above 0'],
    ['a 1e12', 'at most 1e9'],
    ['a 1.2.3', '"1.2.3" is no weight'],
    ['a 1,500', 'may be read in two ways; write 1500 or 1.500'],
    ['a\u202eb', 'a⟨U+202E⟩b'],
    [`${'x'.repeat(129)} 1`, 'the name has 129 characters'],
    [', 5', 'the task has no name'],
  ])('%j is left out with its line and why', (text, why) => {
    const { problems } = parsePlan(text);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(why);
  });

  test('whatever is pasted, lines become tasks that can be planned, or problems', () => {
    const anyText = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom('a', ' ', '\t', ',', '0', '1', '.', '\n', '%', '"')).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        const { tasks } = parsePlan(text);
        if (tasks.length === 0) return;
        const request = { action: 'plan', request_id: 'x', tasks, workers: 3 };
        expect(planRequestSchema.safeParse(request).error).toBeUndefined();
        expect(planWork(tasks, 3, rules).workers).toHaveLength(3);
      }),
    );
  });

  test('a split takes the place of its task and can be planned', () => {
    const text = 'big, 90\nsmall 5\nother 5';
    const split = planWork(parsePlan(text).tasks, 3, rules).split[0];
    const after = withSplit(text, split?.task ?? '', split?.weights ?? []);
    expect(after.split('\n').slice(-2)).toEqual(['small 5', 'other 5']);
    expect(planWork(parsePlan(after).tasks, 3, rules).is_balanced).toBe(true);
    expect(withSplit(text, 'nobody', [1, 2])).toBe(text);
  });

  test('numbers are read as people write them, and what is wrong is said beside them', () => {
    expect(planNumbers({ workers: '4', maxShare: '35,5 %', maxRatio: '1.5' })).toMatchObject({
      workers: 4,
      rules: { max_share: 0.355, max_ratio: 1.5 },
      wrong: { workers: '', maxShare: '', maxRatio: '' },
    });
    expect(planNumbers({ workers: '2.5', maxShare: '0', maxRatio: '' })).toMatchObject({
      workers: null,
      rules: null,
      wrong: { workers: '1 to 100', maxShare: 'above 0, at most 100', maxRatio: '1 or more' },
    });
  });
});

describe('the deployment of a plan', () => {
  const choice = {
    parent: '',
    runtime: '',
    group: 'plan',
    template: 'Worker {worker} of {workers}, {share}:\n{tasks}',
  };
  const plan = planWork(parsePlan('a 50\nb 30\nc 20\nd 1').tasks, 3, rules);

  test('is a batch that the protocol takes, shares and prompts as shown', () => {
    const fleet = fleetFrom(
      outside('overwatch_001'),
      running(1, { parent_agent: 'overwatch_001', agent_type: 'L2.4' }),
    );
    expect(firstPrompt(null, 'x')).toBeNull();
    expect(firstPrompt(plan, choice.template)).toBe(batchOf(plan, choice, fleet).agents[0]?.config.prompt);
    const batch = batchOf(plan, { ...choice, parent: 'overwatch_001', runtime: 'demo' }, fleet);
    expect(batchRequestSchema.safeParse({ ...batch, action: 'deploy_batch', request_id: 'x' }).success).toBe(true);
    expect(batch.agents.map(({ agent_type }) => agent_type)).toEqual(['L2.5', 'L2.6', 'L2.7']);
    expect(batch.agents[0]?.config).toEqual({ prompt: 'Worker 1 of 3, 49.5 %:\n- a', runtime: 'demo' });
    expect(batch.agents.reduce((sum, one) => sum + one.estimated_workload, 0)).toBeCloseTo(1, 6);
    expect(batchOf(plan, { ...choice, parent: idOf(1) }, fleet).agents[0]?.agent_type).toBe('L3.4.1');
    expect(batchOf(plan, choice, fleet).agents.map(({ agent_type }) => agent_type)).toEqual(['L1', 'L1', 'L1']);
  });

  test('workers without tasks are left out, and names that act on text are plain', () => {
    const batch = batchOf(planWork([{ id: 'x\u202e\ny', weight: 1 }], 3, rules), choice, fleetFrom());
    expect(batch.agents).toHaveLength(1);
    expect(batch.agents[0]).toMatchObject({ name: 'x  y', group: { id: 'plan', size: 1 } });
    expect(batchRequestSchema.safeParse({ ...batch, action: 'deploy_batch', request_id: 'x' }).success).toBe(true);
  });

  test('parents are those that live, and those outside; who was chosen and is gone stops the deployment', () => {
    const fleet = fleetFrom(outside('overwatch_001'), running(1), running(2), over(2));
    expect(parentChoices(fleet, '').map(({ id }) => id)).toEqual(['overwatch_001', idOf(1)]);
    const gone = parentChoices(fleet, idOf(2));
    expect(gone.at(-1)).toEqual({ id: idOf(2), words: `${idOf(2)} (has ended)`, gone: true });
    expect(obstacle(plan, { ...choice, parent: idOf(2) }, gone)).toContain('has ended');
    expect(obstacle(plan, { ...choice, parent: idOf(1) }, gone)).toBeNull();
  });

  test('what is missing is said before anything is sent', () => {
    expect(obstacle(plan, choice, [])).toBeNull();
    expect(obstacle(null, choice, [])).toContain('no plan');
    expect(obstacle(plan, { ...choice, group: ' ' }, [])).toContain('group');
    expect(obstacle(plan, { ...choice, template: 'x' }, [])).toContain('{tasks}');
  });
});
