/** Events with something in them, for tests that write and read journals. */
import type { Sequenced, ZiggieEvent } from '../../../protocol/events.ts';
import { agentFacts } from '../../rig/agent-facts.ts';

const at = '2025-11-09T14:30:00.000Z';

/** An agent that is accepted: a long line with a prompt that has quotes, line ends and more than ASCII. */
export const acceptance = (ordinal: number): ZiggieEvent => ({
  type: 'agent_accepted',
  at,
  request_sha256: 'ab'.repeat(32),
  facts: agentFacts({
    agent_id: `agent_20251109_143000_${ordinal}`,
    ordinal,
    request_id: `request_${ordinal}`,
    parent_agent: null,
    extra: { note: 'grüße\n"quoted" \u{1f980}' },
  }),
  prompt: `Say "hello"\nto ${ordinal} 🦀`,
});

/** `count` events from `first` on: an acceptance, then something small, in turns. */
export function someEvents(count: number, first = 1): Sequenced[] {
  return Array.from({ length: count }, (_, index) => {
    const seq = first + index;
    const small: ZiggieEvent = { type: 'request_answered', at, request_id: `request_${seq - 1}` };
    return { seq, event: seq % 2 === 1 ? acceptance(seq) : small };
  });
}
