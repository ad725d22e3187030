import { expect, test } from 'vitest';
import { checkQueueFor } from '../../../main/coordinator/admission/queue-room.ts';
import { configSchema } from '../../../protocol/config.ts';
import { emptyFleet } from '../../../protocol/fleet.ts';

const { limits } = configSchema.parse({ limits: { max_running: 3, max_queued: 1 } });
const withCounts = (counts: Partial<typeof emptyFleet.counts>) => ({
  ...emptyFleet,
  counts: { ...emptyFleet.counts, ...counts },
});

test('paused agents hold their slots: there is room in the queue only for those beyond them', () => {
  expect(checkQueueFor(4, withCounts({}), limits).ok).toBe(true);
  expect(checkQueueFor(1, withCounts({ paused: 3 }), limits).ok).toBe(true);
  expect(checkQueueFor(2, withCounts({ paused: 3 }), limits)).toMatchObject({
    ok: false,
    failure: { code: 'QUEUE_FULL', details: { free: 0 } },
  });
});
