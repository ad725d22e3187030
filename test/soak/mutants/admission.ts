/** Faults of the queue: who may start, and when. */
import type { Mutant } from './mutant.ts';

export const admissionMutants: readonly Mutant[] = [
  {
    name: 'no slots are kept for the levels below',
    file: 'main/coordinator/admission/limits.ts',
    find: 'if (reserved_per_level === 0 || most <= max_depth * reserved_per_level) return [];',
    replace: 'return [];',
    tests: ['test/unit/admission/arrivals.test.ts'],
  },
  {
    name: 'a parent that waits keeps its slot',
    file: 'main/coordinator/admission/limits.ts',
    find: 'slots = addSlots(slots, agent.facts, -1);',
    replace: 'slots = addSlots(slots, agent.facts, 0);',
    tests: ['test/unit/admission/arrivals.test.ts'],
  },
  {
    name: 'one more child of a parent runs than may',
    file: 'main/coordinator/admission/limits.ts',
    find: 'siblings >= limits.max_running_per_parent',
    replace: 'siblings > limits.max_running_per_parent',
    tests: ['test/unit/admission/arrivals.test.ts'],
  },
  {
    name: 'the last of the queue is the first',
    file: 'main/coordinator/admission/queue.ts',
    find: 'startsBefore(head, best)',
    replace: 'startsBefore(best, head)',
    tests: ['test/unit/admission/arrivals.test.ts'],
  },
  {
    name: 'an agent undoes what the operator did to its branch',
    file: 'main/coordinator/commands/undoing.ts',
    find: "if (by.kind === 'operator') return null;",
    replace: "if (by.kind !== 'operator' || who !== '') return null;",
    tests: ['test/unit/commands/undoing.test.ts'],
  },
];
