import { describe, expect, test } from 'vitest';
import { checkHierarchy } from '../../../main/coordinator/admission/hierarchy.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { emptyFleet, type Fleet, fleet } from '../../../protocol/fleet.ts';
import { agentFacts } from '../../rig/agent-facts.ts';
import { failureIn, valueOf } from '../../rig/result.ts';

const at = '2025-11-09T14:30:00.000Z';
const agent_id = 'agent_20251109_143000_1';
const failure = { code: 'CANCELLED', message: 'as the test says' } as const;
const attempt = { attempt: 1, nonce: 'n', token_sha256: 'a'.repeat(64) };

const accepted: ZiggieEvent = {
  type: 'agent_accepted',
  at,
  request_sha256: 'a'.repeat(64),
  facts: agentFacts({ agent_id, level: 2, agent_type: 'L2.1', parent_agent: null }),
  prompt: null,
};
const starting: ZiggieEvent = { type: 'agent_starting', at, agent_id, ...attempt };
const stopping: ZiggieEvent = { type: 'agent_stopping', at, agent_id, by: 'operator', reason: 'stop' };
const cancelled: ZiggieEvent = { type: 'agent_never_began', at, agent_id, as: 'cancelled', failure };
const seen: ZiggieEvent = { type: 'external_seen', at, agent_id: 'overwatch_001', level: 1 };

const fleetOf = (...events: ZiggieEvent[]): Fleet =>
  events.map((event, index) => ({ seq: index + 1, event })).reduce(fleet, emptyFleet);

describe('a level', () => {
  test.each([1, 2, 3])('%i is admitted for the operator', (level) => {
    expect(valueOf(checkHierarchy(emptyFleet, `L${level}`, null, 3))).toEqual({ level, newExternal: null });
  });
  test.each(['L0', 'L4', 'L99.1'])('%s is outside 1 to 3, and the message says which setting decides', (type) => {
    const { code, message } = failureIn(checkHierarchy(emptyFleet, type, null, 3));
    expect(code).toBe('HIERARCHY_VIOLATION');
    expect(message).toContain('level 1 to 3 (limits.max_depth)');
  });
});

describe('a parent of ours', () => {
  test.each([
    ['waits', [accepted]],
    ['starts', [accepted, starting]],
  ])('that %s has children below it', (_, events) => {
    expect(valueOf(checkHierarchy(fleetOf(...events), 'L3.1', agent_id, 3))).toEqual({ level: 3, newExternal: null });
  });
  test.each(['L2.2', 'L1'])('of level 2 has no child %s', (type) => {
    const { code, message } = failureIn(checkHierarchy(fleetOf(accepted), type, agent_id, 3));
    expect(code).toBe('HIERARCHY_VIOLATION');
    expect(message).toContain('Use level 3 or lower');
  });
  test.each([
    ['is being stopped', [accepted, starting, stopping], 'stopping'],
    ['never began', [accepted, cancelled], 'cancelled'],
  ])('that %s deploys nothing', (_, events, status) => {
    const { code, message } = failureIn(checkHierarchy(fleetOf(...events), 'L3', agent_id, 3));
    expect(code).toBe('HIERARCHY_VIOLATION');
    expect(message).toContain(`${agent_id} is ${status}`);
  });
  test('that does not exist cannot be made up under a name of our kind', () => {
    expect(failureIn(checkHierarchy(emptyFleet, 'L3', 'agent_20251109_143000_9', 3)).code).toBe('UNKNOWN_AGENT');
  });
});

describe('a parent from outside', () => {
  test('is placed right above the first child it deploys', () => {
    expect(valueOf(checkHierarchy(emptyFleet, 'L2', 'overwatch_001', 3))).toEqual({
      level: 2,
      newExternal: { agentId: 'overwatch_001', level: 1 },
    });
  });
  test('seen before keeps its level', () => {
    expect(valueOf(checkHierarchy(fleetOf(seen), 'L3', 'overwatch_001', 3))).toEqual({ level: 3, newExternal: null });
    expect(failureIn(checkHierarchy(fleetOf(seen), 'L1', 'overwatch_001', 3)).code).toBe('HIERARCHY_VIOLATION');
  });
});
