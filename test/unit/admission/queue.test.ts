import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideAt } from '../../../main/coordinator/admission/limits.ts';
import { checkQueue } from '../../../main/coordinator/admission/queue-room.ts';
import { Queue } from '../../../main/coordinator/admission/queue.ts';
import { configSchema } from '../../../protocol/config.ts';
import { emptyFleet } from '../../../protocol/fleet.ts';
import { addSlots, noSlots } from '../../../protocol/slots.ts';
import { agentFacts } from '../../rig/agent-facts.ts';
import { failureIn } from '../../rig/result.ts';

const limits = { ...configSchema.parse({}).limits, max_running: 5, max_starting: 2, max_queued: 3 };
/** What is decided for an agent of the operator where so many have a slot. */
const decide = (starting: number, running: number, stopping = 0) => {
  const count = starting + running + stopping;
  const fleet = {
    ...emptyFleet,
    counts: { queued: 9, starting, running, paused: 0, stopping, backoff: 9 },
    slots: addSlots(noSlots, agentFacts({ level: 3, parent_agent: null }), count),
  };
  const moment = { fleet, waitingParents: [], underWay: 0, freeMemoryMb: null, limits, isIntakePaused: false };
  return decideAt(moment)(agentFacts({ level: 3, parent_agent: null }));
};

test('whatever comes and goes, the first of the queue is the first by priority, then by age', () => {
  const step = fc.oneof(
    { weight: 2, arbitrary: fc.record({ priority: fc.integer({ min: 0, max: 9 }), ordinal: fc.nat({ max: 50 }) }) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const queue = new Queue();
      const model: { priority: number; ordinal: number }[] = [];
      for (const [index, one] of steps.entries()) {
        if (one === null) {
          queue.remove(queue.first?.agent_id ?? '');
          model.shift();
        } else {
          queue.add(agentFacts({ ...one, agent_id: `agent_${index}` }));
          model.push(one);
          model.sort((a, b) => a.priority - b.priority || a.ordinal - b.ordinal);
        }
        const first = queue.first;
        expect(first && { priority: first.priority, ordinal: first.ordinal }).toEqual(model[0] ?? null);
      }
    }),
  );
});

describe('a slot', () => {
  test.each([
    [0, 0, 0],
    [1, 3, 0],
    [1, 0, 3],
  ])('is free with %i starting, %i running, %i stopping', (...counts) => {
    expect(decide(...counts)).toEqual({ is: 'admit' });
  });

  test.each([
    [0, 5, 0],
    [2, 3, 0],
    [0, 0, 5],
    [1, 2, 2],
    [0, 9, 0],
  ])('is not with %i starting, %i running, %i stopping of 5, and the reason says the limit', (...counts) => {
    const decision = decide(...counts);
    expect(decision).toMatchObject({ is: 'wait', isBrief: false });
    expect(decision.is === 'wait' && decision.reason).toContain('of 5 agents run (limits.max_running)');
  });

  test('is free in a moment when two start already', () => {
    const decision = decide(2, 1);
    expect(decision).toMatchObject({ is: 'wait', isBrief: true });
    expect(decision.is === 'wait' && decision.reason).toContain('2 of 2 agents start (limits.max_starting)');
  });
});

describe('the queue', () => {
  const never = (): boolean => false;
  test('takes up to max_queued', () => {
    expect(checkQueue(2, limits, never).ok).toBe(true);
    const { code, message } = failureIn(checkQueue(3, limits, never));
    expect(code).toBe('QUEUE_FULL');
    expect(message).toContain('limits.max_queued');
  });
  test('that is full refuses nobody who starts at once', () => {
    expect(checkQueue(3, limits, () => true).ok).toBe(true);
  });
  test('of length 0 still has room for one on its way to start', () => {
    expect(checkQueue(0, { ...limits, max_queued: 0 }, never).ok).toBe(true);
    expect(checkQueue(1, { ...limits, max_queued: 0 }, never).ok).toBe(false);
  });
});
