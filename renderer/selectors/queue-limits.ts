/** How full the coordinator is, in words and parts. */
import type { Fleet } from '../../protocol/fleet.ts';
import type { LimitInUse, QueueAnswer } from '../../protocol/queue.ts';
import { agentPath, stepWords } from './agent-path.ts';
import { bytes } from './format.ts';
import { visible } from './visible-text.ts';

export interface LimitRow {
  readonly name: string;
  readonly words: string;
  /** Taken of all, fraction of 1 at most; null: not known. */
  readonly part: number | null;
  /** Nobody more is started because of it. */
  readonly full: boolean;
  /** The setting in config.json. */
  readonly setting: string;
}

const mb = 1_048_576;

export function limitRows(answer: QueueAnswer, fleet: Fleet): readonly LimitRow[] {
  const { running, lent, max_running, free_memory_mb: free, min_free_memory_mb: floor } = answer;
  const slots = used('Slots', running, max_running, 'limits.max_running');
  // What is kept for levels below matters where it keeps somebody waiting; else it would stand here for every level.
  const shown = answer.limits.filter(
    ({ setting, running: held, limit }) => setting !== 'reserved_per_level' || held >= limit,
  );
  return [
    { ...slots, words: lent === 0 ? slots.words : `${slots.words}, ${lent} lent by parents that wait` },
    {
      name: 'Memory',
      words: memoryWords(free, floor),
      part: null,
      full: free !== null && free < floor,
      setting: 'limits.min_free_memory_mb',
    },
    ...shown.map((limit) => used(nameOf(limit, fleet), limit.running, limit.limit, `limits.${limit.setting}`)),
  ];
}

const memoryWords = (free: number | null, floor: number): string => {
  if (free === null) return 'free memory is not known';
  return floor === 0 ? `${bytes(free * mb)} free` : `${bytes(free * mb)} free, ${bytes(floor * mb)} are kept`;
};

const used = (name: string, running: number, limit: number, setting: string): LimitRow => ({
  name,
  words: `${running} of ${limit} taken`,
  part: limit === 0 ? 1 : Math.min(1, running / limit),
  full: running >= limit,
  setting,
});

function nameOf({ setting, of }: LimitInUse, fleet: Fleet): string {
  switch (setting) {
    case 'reserved_per_level':
      return `Level ${visible(of)} and above`;
    case 'max_running_per_level':
      return `Level ${visible(of)}`;
    case 'max_running_per_runtime':
      return `Runtime ${visible(of)}`;
    case 'max_running_per_parent': {
      const parent = agentPath(fleet, of).at(-1);
      return `Children of ${parent === undefined ? visible(of) : stepWords(parent)}`;
    }
  }
}
