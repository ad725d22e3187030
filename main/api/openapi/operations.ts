/** Every address of the API. A test holds this list against the routes that are really there. */
import type { Operation } from './operation.ts';
import { approving } from './operations/approving.ts';
import { deploying } from './operations/deploying.ts';
import { mcp } from './operations/mcp.ts';
import { operating } from './operations/operating.ts';
import { steering } from './operations/steering.ts';
import { waiting } from './operations/waiting.ts';
import { watching } from './operations/watching.ts';

export const operations: readonly Operation[] = [
  ...deploying,
  ...watching,
  ...steering,
  ...waiting,
  ...approving,
  ...mcp,
  ...operating,
];
