/** How much is taken of the limits that count only a part of what runs: by level, by runtime, by parent. Pure. */
import type { Config } from '../../../protocol/config.ts';
import type { LimitInUse } from '../../../protocol/queue.ts';
import type { Slots } from '../../../protocol/slots.ts';
import { tiers } from './limits.ts';

type Limits = Pick<Config['limits'], LimitInUse['setting'] | 'max_running' | 'max_depth'>;

/** What is kept for levels below, and all that are set by level and runtime; of parents, which may be thousands, those that fill theirs, fullest first. */
export function limitsInUse({ byKind, byParent }: Slots, limits: Limits): LimitInUse[] {
  const kinds = [...byKind.values()];
  const sum = (counts: (kind: (typeof kinds)[number]) => boolean): number =>
    kinds.filter(counts).reduce((total, { count }) => total + count, 0);
  const most = limits.max_running_per_parent;
  const full = [...byParent].filter(([, running]) => running >= most).sort(([, a], [, b]) => b - a);
  return [
    ...tiers(kinds, limits.max_running, limits)
      .filter(({ level }) => level > 0)
      .map(({ level, held, room }): LimitInUse => ({
        setting: 'reserved_per_level',
        of: String(level),
        running: held,
        limit: room,
      })),
    ...Object.entries(limits.max_running_per_level).map(([of, limit]): LimitInUse => ({
      setting: 'max_running_per_level',
      of,
      running: sum(({ level }) => String(level) === of),
      limit,
    })),
    ...Object.entries(limits.max_running_per_runtime).map(([of, limit]): LimitInUse => ({
      setting: 'max_running_per_runtime',
      of,
      running: sum(({ runtime }) => runtime === of),
      limit,
    })),
    ...full
      .slice(0, mostParents)
      .map(([of, running]): LimitInUse => ({ setting: 'max_running_per_parent', of, running, limit: most })),
  ];
}

const mostParents = 20;
