import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyFleet, type Fleet, fleet } from '../../../protocol/fleet.ts';
import { fromSnapshot, toSnapshot } from '../../../protocol/fleet-snapshot.ts';
import { emptyInbox } from '../../../protocol/inboxes.ts';
import type { Inbox } from '../../../protocol/waiting.ts';
import { anyEvents } from './any-events.ts';

const inboxOf = (state: Fleet, owner: string): Inbox => state.inboxes.get(owner) ?? emptyInbox;

test('whatever happens, messages come in order, once, and what was acknowledged never comes back', () => {
  fc.assert(
    fc.property(anyEvents, (events) => {
      let state = emptyFleet;
      for (const event of events) {
        const before = state;
        state = fleet(state, event);
        for (const [owner, { messages, acknowledged }] of state.inboxes) {
          const seqs = messages.map(({ seq }) => seq);
          expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
          const was = inboxOf(before, owner);
          if (state.agents.has(owner) || state.externals.has(owner))
            expect(acknowledged).toBeGreaterThanOrEqual(was.acknowledged);
          for (const message of messages) {
            expect(message.seq).toBeGreaterThan(acknowledged);
            if (!was.messages.includes(message)) expect(message.seq).toBe(event.seq);
          }
        }
        // A message goes when it is acknowledged, or when one of the two is forgotten.
        for (const [owner, { messages }] of before.inboxes) {
          for (const message of messages) {
            if (inboxOf(state, owner).messages.includes(message)) continue;
            const { type } = event.event;
            expect(['inbox_acknowledged', 'agents_forgotten']).toContain(type);
            if (type === 'agents_forgotten') {
              expect(
                state.agents.has(message.agent_id) && (state.agents.has(owner) || state.externals.has(owner)),
              ).toBe(false);
            }
          }
        }
      }
    }),
  );
});

test('a snapshot in the middle changes nothing of what parents are told', () => {
  fc.assert(
    fc.property(anyEvents, fc.nat(80), (events, cut) => {
      const whole = events.reduce(fleet, emptyFleet);
      const before = events.slice(0, cut).reduce(fleet, emptyFleet);
      const after = events.slice(cut).reduce(fleet, fromSnapshot(structuredClone(toSnapshot(before))));
      expect(new Map(after.inboxes)).toEqual(new Map(whole.inboxes));
    }),
  );
});
