import { describe, expect, onTestFinished, test } from 'vitest';
import { McpSessions, type SessionLimits } from '../../../main/api/mcp/sessions.ts';
import type { Coordinator, Principal } from '../../../main/coordinator/facade.ts';
import type { Sequenced } from '../../../protocol/events.ts';
import { waitFor } from '../../rig/wait-for.ts';

const operator: Principal = { kind: 'operator' };
const generous: SessionLimits = { perToken: 100, inAll: 100, idleMs: 60_000, givesWayMs: 60_000 };

/** Only tokens and events of a coordinator matter here. */
function rig(limits: Partial<SessionLimits>) {
  const living = new Set(['operator', 'agent', 'other']);
  const listeners = new Set<(event: Sequenced) => void>();
  const coordinator = {
    subscribe: (listener: (event: Sequenced) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    principalOf: (token: string) => (living.has(token) ? operator : null),
  } as unknown as Coordinator;
  const sessions = new McpSessions(coordinator, '1', { ...generous, ...limits });
  onTestFinished(() => {
    sessions.close();
    expect([sessions.size, listeners.size]).toEqual([0, 0]);
  });
  const tell = (agent_id: string): void => {
    const event = { seq: 1, event: { type: 'agent_usage', agent_id } } as unknown as Sequenced;
    for (const listener of listeners) listener(event);
  };
  const open = async (token: string, principal = operator): Promise<string | null> => {
    const opened = await sessions.open(principal, token);
    return opened.ok ? opened.value.id : null;
  };
  return { sessions, living, tell, open };
}

describe('MCP sessions', () => {
  test('are found by the token that opened them alone', async () => {
    const { sessions, open } = rig({});
    const id = (await open('agent')) ?? '';
    expect(sessions.find(id, 'agent')?.id).toBe(id);
    expect(sessions.find(id, 'other')).toBeNull();
    sessions.end(id);
    expect(sessions.find(id, 'agent')).toBeNull();
  });

  test('are at most so many for one token, and for all', async () => {
    const { sessions, open } = rig({ perToken: 2, inAll: 3 });
    expect([await open('agent'), await open('agent')].every(Boolean)).toBe(true);
    expect(await open('agent')).toBeNull();
    expect(await open('other')).not.toBeNull();
    const refused = await sessions.open(operator, 'other');
    expect(refused).toMatchObject({ ok: false, failure: { code: 'LIMIT_REACHED', details: { limit: 3 } } });
  });

  test('give way when nobody uses them, the longest unused first, and never while they are used', async () => {
    const { sessions, open } = rig({ perToken: 2, givesWayMs: 0 });
    const [first, second] = [(await open('agent')) ?? '', (await open('agent')) ?? ''];
    const done = sessions.find(first, 'agent')?.begin();
    const third = (await open('agent')) ?? '';
    expect(sessions.find(second, 'agent')).toBeNull();
    sessions.find(third, 'agent')?.begin();
    expect(await open('agent')).toBeNull();
    done?.();
    expect(await open('agent')).not.toBeNull();
    expect(sessions.find(first, 'agent')).toBeNull();
  });

  test('end when they are idle, not while something is open', async () => {
    const { sessions, open } = rig({ idleMs: 20 });
    const [idle, used] = [(await open('agent')) ?? '', (await open('agent')) ?? ''];
    const done = sessions.find(used, 'agent')?.begin();
    await waitFor('the idle one is gone', () => sessions.find(idle, 'agent') === null);
    expect(sessions.find(used, 'agent')).not.toBeNull();
    done?.();
    await waitFor('the other is gone, too', () => sessions.size === 0);
  });

  test('end with the token of their agent, and no earlier', async () => {
    const { sessions, living, tell, open } = rig({});
    const id = (await open('agent', { kind: 'agent', agentId: 'a1' })) ?? '';
    const other = (await open('other', { kind: 'agent', agentId: 'a2' })) ?? '';
    tell('a1');
    expect(sessions.find(id, 'agent')).not.toBeNull();
    living.delete('agent');
    tell('a2');
    expect(sessions.find(id, 'agent')).not.toBeNull();
    tell('a1');
    expect(sessions.find(id, 'agent')).toBeNull();
    expect(sessions.find(other, 'other')).not.toBeNull();
  });
});
