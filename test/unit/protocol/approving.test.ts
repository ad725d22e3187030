/** Approvals as the fleet knows them, whatever the order of events. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isEnded } from '../../../protocol/agent.ts';
import { approvalsInOrder, mostDecided } from '../../../protocol/approving.ts';
import type { Sequenced, ZiggieEvent } from '../../../protocol/events.ts';
import { emptyFleet, type Fleet, fleet } from '../../../protocol/fleet.ts';
import { fromSnapshot, toSnapshot } from '../../../protocol/fleet-snapshot.ts';
import { agentRecord } from '../../../protocol/record.ts';
import { agentFacts } from '../../rig/agent-facts.ts';
import { agentIdOf, anyEvents } from './any-events.ts';

const at = '2025-11-09T14:30:00.000Z';
const openIds = (state: Fleet): string[] =>
  [...state.approvals.values()].filter(({ status }) => status === 'open').map(({ approval_id }) => approval_id);

test('an approval is open exactly when its agent waits for it, and a decision is final', () => {
  fc.assert(
    fc.property(anyEvents, (events) => {
      let state = emptyFleet;
      for (const event of events) {
        const before = state;
        state = fleet(state, event);
        const waiting = [...state.agents.values()].flatMap(({ asking = [] }) => asking);
        expect(waiting.map(({ approval_id }) => approval_id).sort()).toEqual(openIds(state).sort());
        for (const [id, approval] of before.approvals) {
          const now = state.approvals.get(id);
          if (approval.decided !== null && now !== undefined) expect(now).toBe(approval);
          if (approval.decided === null && event.event.type !== 'agents_forgotten') expect(now).toBeDefined();
        }
        for (const agent of state.agents.values()) {
          const isOver = isEnded(agent) || agent.life.status === 'stopping';
          if (isOver) expect([agent.asking, agent.allowed]).toEqual([undefined, undefined]);
          expect(agentRecord(agent).waiting_for === null).toBe(agent.asking === undefined);
        }
        expect(approvalsInOrder(fromSnapshot(toSnapshot(state)).approvals)).toEqual(approvalsInOrder(state.approvals));
      }
    }),
  );
});

/** One agent that runs, and what comes after. */
function after(...events: ZiggieEvent[]): Fleet {
  const agent_id = agentIdOf(1);
  const facts = agentFacts({ agent_id, parent_agent: 'overwatch_001' });
  const began: ZiggieEvent[] = [
    { type: 'agent_accepted', at, request_sha256: '', facts, prompt: null },
    { type: 'agent_starting', at, agent_id, attempt: 1, nonce: 'n', token_sha256: 't' },
  ];
  const all = [...began, ...events].map((event, index): Sequenced => ({ seq: index + 1, event }));
  return all.reduce(fleet, emptyFleet);
}

const ask = (approval_id: string, granted_by?: string): ZiggieEvent => ({
  type: 'approval_requested',
  at,
  agent_id: agentIdOf(1),
  approval_id,
  tool_use_id: approval_id,
  tool: 'Bash',
  input: 'x'.repeat(30_000),
  input_bytes: 30_000,
  input_sha256: '',
  expires_at: at,
  ...(granted_by === undefined ? {} : { granted_by }),
});

test('the parent hears that its child needs the operator, and nothing of what its branch was allowed', () => {
  const state = after(ask('apr_1'), ask('apr_2', 'apr_1'));
  expect(state.inboxes.get('overwatch_001')?.messages).toMatchObject([
    { type: 'child_needs_you', agent_id: agentIdOf(1), reason: 'asks the operator to allow Bash (apr_1)' },
  ]);
});

test('what is kept of decided ones has bounds; open ones all stay', () => {
  const granted = Array.from({ length: mostDecided + 50 }, (_, index) => ask(`apr_${1000 + index}`, 'apr_0'));
  const state = after(ask('apr_open'), ...granted);
  expect(state.approvals.size).toBe(mostDecided + 1);
  expect(openIds(state)).toEqual(['apr_open']);
  expect(state.approvals.get('apr_open')?.input).toHaveLength(30_000);
  expect(state.approvals.get('apr_1249')?.input).toHaveLength(2000);
});

test('a base of a journal from before there were approvals is read', () => {
  const old = Object.fromEntries(Object.entries(toSnapshot(after())).filter(([name]) => name !== 'approvals'));
  expect(fromSnapshot(old as ReturnType<typeof toSnapshot>).approvals.size).toBe(0);
});
