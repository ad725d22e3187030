import { describe, expect, test } from 'vitest';
import { actionWords, planAction, possibleVerbs } from '../../../renderer/selectors/agent-actions.ts';
import { nextType, requestOf } from '../../../renderer/selectors/deploy-draft.ts';
import { deployRequestSchema } from '../../../protocol/request.ts';
import { accepted, began, fleetFrom, idOf, outside, over, running } from './fleets.ts';

const paused = (ordinal: number) =>
  ({ type: 'agent_paused', at: began, agent_id: idOf(ordinal), by: 'operator', reason: null, ran_seconds: 5 }) as const;

/** 1 with 2 (ended), 3 (waiting) and 4 (paused) below; 5 beside it. */
const fleet = fleetFrom(
  running(1),
  running(2, { agent_type: 'L2.1', parent_agent: idOf(1) }),
  over(2),
  accepted(3, { agent_type: 'L2.2', parent_agent: idOf(1) }),
  running(4, { agent_type: 'L2.3', parent_agent: idOf(1) }),
  paused(4),
  running(5),
);

describe('what an action would do', () => {
  test('a branch is asked at its top, and each agent in it counts once', () => {
    const plan = planAction(fleet, 'stop', [idOf(4), idOf(1), idOf(4), idOf(5)]);
    expect(plan).toEqual({ verb: 'stop', targets: [idOf(1), idOf(5)], affected: 4, running: 3, untouched: 0 });
  });

  test('who cannot be changed is left out and said', () => {
    expect(planAction(fleet, 'resume', [idOf(4), idOf(5)])).toMatchObject({
      targets: [idOf(4)],
      affected: 1,
      untouched: 1,
    });
    expect(planAction(fleet, 'restart', [idOf(1), idOf(2)])).toMatchObject({
      targets: [idOf(2)],
      affected: 1,
      untouched: 1,
    });
    expect(planAction(fleet, 'stop', ['nobody'])).toMatchObject({ targets: [], affected: 0 });
  });

  test('only what would do anything is offered', () => {
    expect(possibleVerbs(fleet, [idOf(2)])).toEqual(['restart']);
    expect(possibleVerbs(fleet, [idOf(5)])).toEqual(['stop', 'pause']);
    expect(possibleVerbs(fleet, [idOf(1)])).toEqual(['stop', 'pause', 'resume']);
  });

  test('the question names one, counts many, and says what becomes of them', () => {
    const one = planAction(fleet, 'stop', [idOf(5)]);
    expect(actionWords(one, 'docs')).toMatchObject({ title: 'Stop docs?', button: 'Stop 1 agent' });
    const branch = actionWords(planAction(fleet, 'stop', [idOf(1)]), 'Overwatch');
    expect(branch.title).toBe('Stop Overwatch and the 2 agents below it?');
    expect(branch.consequence).toContain('(2 running, 1 waiting)');
    const several = actionWords(planAction(fleet, 'resume', [idOf(4), idOf(5)]), null);
    expect(several.consequence).toContain('1 chosen agent is left as it is');
  });
});

describe('an agent by hand', () => {
  test('gets the next place below its parent', () => {
    const known = fleetFrom(
      outside('overwatch_001'),
      running(1, { agent_type: 'L1', level: 1 }),
      running(2, { agent_type: 'L2.1', level: 2, parent_agent: idOf(1) }),
    );
    expect(nextType(known, '')).toBe('L1');
    expect(nextType(known, idOf(1))).toBe('L2.2');
    expect(nextType(known, idOf(2))).toBe('L3.1.1');
    expect(nextType(known, 'overwatch_001')).toBe('L2');
  });

  test('becomes a request that the coordinator takes, without what was left empty', () => {
    const draft = { type: ' L1 ', name: '', parent: '', runtime: 'demo', model: '', prompt: '@work 1s' };
    const request = requestOf(draft);
    expect(request).toEqual({ agent_type: 'L1', config: { prompt: '@work 1s', runtime: 'demo' } });
    expect(deployRequestSchema.safeParse({ ...request, request_id: 'by_hand', action: 'deploy' }).success).toBe(true);
  });
});
