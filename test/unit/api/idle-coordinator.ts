/** A coordinator with no agents, for tests of the door itself: it answers what the door asks at its start. */
import type { Coordinator } from '../../../main/coordinator/facade.ts';
import { configSchema } from '../../../protocol/config.ts';
import { emptyFleet } from '../../../protocol/fleet.ts';

export const idleCoordinator = {
  root: '/nowhere',
  config: configSchema.parse({}),
  fleet: () => emptyFleet,
  principalOf: (token: string) => (token === 'a'.repeat(43) ? { kind: 'operator' } : null),
  degraded: () => [],
  subscribe: () => () => undefined,
} as unknown as Coordinator;
