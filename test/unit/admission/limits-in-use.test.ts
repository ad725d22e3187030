import { expect, test } from 'vitest';
import { limitsInUse } from '../../../main/coordinator/admission/limits-in-use.ts';
import { addSlots, noSlots } from '../../../protocol/slots.ts';
import { agentFacts } from '../../rig/agent-facts.ts';

test('what is set by level and runtime is told with what is taken; of parents only those that fill theirs, fullest first', () => {
  const held = [
    { level: 1, runtime: 'claude', parent_agent: null },
    { level: 2, runtime: 'claude', parent_agent: 'a' },
    { level: 2, runtime: 'demo', parent_agent: 'b' },
    { level: 2, runtime: 'demo', parent_agent: 'b' },
    { level: 2, runtime: 'demo', parent_agent: 'c' },
    { level: 3, runtime: 'demo', parent_agent: 'c' },
    { level: 3, runtime: 'demo', parent_agent: 'c' },
  ];
  const slots = held.reduce((sum, facts) => addSlots(sum, agentFacts(facts), 1), noSlots);
  const limits = {
    max_running: 9,
    max_depth: 3,
    reserved_per_level: 1,
    max_running_per_parent: 2,
    max_running_per_level: { '2': 4, '4': 1 },
    max_running_per_runtime: { claude: 8 },
  };
  expect(limitsInUse(slots, limits)).toEqual([
    { setting: 'reserved_per_level', of: '1', running: 1, limit: 7 },
    { setting: 'reserved_per_level', of: '2', running: 5, limit: 8 },
    { setting: 'max_running_per_level', of: '2', running: 4, limit: 4 },
    { setting: 'max_running_per_level', of: '4', running: 0, limit: 1 },
    { setting: 'max_running_per_runtime', of: 'claude', running: 2, limit: 8 },
    { setting: 'max_running_per_parent', of: 'c', running: 3, limit: 2 },
    { setting: 'max_running_per_parent', of: 'b', running: 2, limit: 2 },
  ]);
});
