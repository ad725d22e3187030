import { describe, expect, test } from 'vitest';
import { callerName, mayReach, parentFor, reach } from '../../../main/coordinator/commands/rights.ts';
import { emptyFleet, fleet } from '../../../protocol/fleet.ts';
import { agentFacts } from '../../rig/agent-facts.ts';
import { failureIn, valueOf } from '../../rig/result.ts';

const at = '2025-11-09T14:30:00.000Z';
const idOf = (ordinal: number): string => `agent_20251109_143000_${ordinal}`;
/** 1 above 2 and 3, 4 below 2, 5 below an outside parent. */
const parents = [null, idOf(1), idOf(1), idOf(2), 'overwatch_001'];
const tree = parents
  .map((parent_agent, index) => {
    const ordinal = index + 1;
    const facts = agentFacts({ agent_id: idOf(ordinal), ordinal, parent_agent, request_id: `r${ordinal}` });
    const event = { type: 'agent_accepted', at, request_sha256: '', facts, prompt: null } as const;
    return { seq: ordinal, event };
  })
  .reduce(fleet, emptyFleet);

const operator = { kind: 'operator' } as const;
const agent = (ordinal: number) => ({ kind: 'agent', agentId: idOf(ordinal) }) as const;
const reached = (ordinal: number): number[] =>
  [1, 2, 3, 4, 5].filter((other) => mayReach(tree, agent(ordinal), idOf(other)));

test('an agent reaches itself and what lies below it, the operator everything', () => {
  expect([1, 2, 3, 4, 5].map(reached)).toEqual([[1, 2, 3, 4], [2, 4], [3], [4], [5]]);
  expect([1, 2, 3, 4, 5].every((ordinal) => mayReach(tree, operator, idOf(ordinal)))).toBe(true);
});

test('an agent out of reach is answered exactly like one that does not exist (case 77)', () => {
  const outOfReach = failureIn(reach(tree, agent(2), idOf(3)));
  const unknown = failureIn(reach(tree, agent(2), idOf(9)));
  expect(outOfReach.code).toBe('UNKNOWN_AGENT');
  expect(JSON.stringify(outOfReach).replaceAll(idOf(3), '')).toBe(JSON.stringify(unknown).replaceAll(idOf(9), ''));
  expect(valueOf(reach(tree, agent(2), idOf(4))).facts.ordinal).toBe(4);
});

describe('the parent of a deployment', () => {
  test('is what the operator says', () => {
    expect(valueOf(parentFor(tree, operator, null))).toBeNull();
    expect(valueOf(parentFor(tree, operator, 'overwatch_001'))).toBe('overwatch_001');
  });
  test('is the agent that asks, or one below it (case 76)', () => {
    expect(valueOf(parentFor(tree, agent(1), null))).toBe(idOf(1));
    expect(valueOf(parentFor(tree, agent(1), idOf(4)))).toBe(idOf(4));
  });
  test.each([idOf(1), idOf(3), idOf(5), idOf(9), 'overwatch_001', 'someone'])(
    'is never elsewhere: %s (case 75)',
    (asked) => {
      const { code, message } = failureIn(parentFor(tree, agent(2), asked));
      expect(code).toBe('NOT_ALLOWED');
      expect(message).toContain(asked);
    },
  );
});

test('a caller has a name', () => {
  expect([callerName(operator), callerName(agent(2))]).toEqual(['operator', idOf(2)]);
});
