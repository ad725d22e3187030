import { describe, expect, test } from 'vitest';
import { toSnapshot } from '../../../protocol/fleet-snapshot.ts';
import {
  withActionAnswered,
  withActionAsked,
  withActionDropped,
  withActionSent,
  withConnection,
  withEvents,
  withFolded,
  withMeasured,
  withNotice,
  withoutNotice,
  withRoute,
  withSession,
  withSnapshot,
} from '../../../renderer/store/changes.ts';
import { measuredNow } from '../../../renderer/client/measured-now.ts';
import { change, createDashboardStore } from '../../../renderer/store/dashboard-store.ts';
import { atRoot, parseRoute, type Route, routeHash } from '../../../renderer/store/route.ts';
import { fleetFrom, idOf, now, over, running, sequenced } from './fleets.ts';

const events = sequenced(running(1), running(2, { parent_agent: idOf(1) }), over(2));
const at = (agentId: string | null): Route => ({ ...atRoot, agentId });

describe('the store', () => {
  test('says that nothing is known before the first snapshot', () => {
    expect(createDashboardStore(now).getState()).toMatchObject({ fleetKnown: false, session: { status: 'entering' } });
  });

  test('a snapshot and the events after it give the fleet that all events give', () => {
    const store = createDashboardStore(now);
    change(store, withSnapshot, toSnapshot(fleetFrom(running(1))));
    change(store, withEvents, events.slice(3));
    const { fleet, fleetKnown } = store.getState();
    const expected = fleetFrom(events.map(({ event }) => event));
    expect(fleetKnown).toBe(true);
    expect(toSnapshot(fleet).agents).toEqual(toSnapshot(expected).agents);
    expect(fleet.seq).toBe(expected.seq);
  });

  test('events that were delivered before change nothing', () => {
    const store = createDashboardStore(now);
    change(store, withEvents, events);
    const { fleet } = store.getState();
    change(store, withEvents, events);
    expect(store.getState().fleet).toBe(fleet);
  });

  test('a lost connection keeps the fleet', () => {
    const store = createDashboardStore(now);
    change(store, withSnapshot, toSnapshot(fleetFrom(running(1))));
    const failure = { code: 'UNREACHABLE', message: 'gone' } as const;
    change(store, withConnection, { status: 'lost', since: now, nextTryAt: now + 500, failure });
    expect(store.getState()).toMatchObject({ fleetKnown: true, session: { status: 'entering' } });
    expect(store.getState().fleet.agents.size).toBe(1);
  });

  test('what agents use goes with those that end, and all of it with the connection', () => {
    const store = createDashboardStore(now);
    change(store, withEvents, events.slice(0, 6));
    const agents: Parameters<typeof measuredNow>[0] = [
      [idOf(1), 12.5, 310],
      [idOf(2), 1, 2],
      [idOf(3), 1, 2], // Nobody knows of it.
    ];
    change(store, withMeasured, measuredNow(agents, store.getState().fleet));
    expect([...store.getState().measured.keys()]).toEqual([idOf(1), idOf(2)]);
    expect(store.getState().measured.get(idOf(1))).toEqual({ cpuPercent: 12.5, memoryMb: 310 });
    expect(measuredNow([[idOf(1), null, 310]], store.getState().fleet).size).toBe(0);
    change(store, withEvents, events.slice(6));
    expect([...store.getState().measured.keys()]).toEqual([idOf(1)]);
    const failure = { code: 'UNREACHABLE', message: 'gone' } as const;
    change(store, withConnection, { status: 'lost', since: now, nextTryAt: now + 500, failure });
    expect(store.getState().measured.size).toBe(0);
  });

  test('a refused token leads to the sign-in page, with the reason', () => {
    const store = createDashboardStore(now);
    change(store, withSession, { status: 'signed_in' });
    change(store, withConnection, { status: 'refused', failure: { code: 'UNAUTHENTICATED', message: 'no' } });
    const { session } = store.getState();
    expect(session).toMatchObject({ status: 'signed_out' });
    expect(session).toHaveProperty('reason', expect.stringContaining('does not accept this token'));
  });

  test('what is selected by address is unfolded on the way to it', () => {
    const store = createDashboardStore(now);
    change(store, withEvents, events);
    change(store, withFolded, idOf(1), true);
    change(store, withRoute, at(idOf(2)));
    expect(store.getState().collapsed.has(idOf(1))).toBe(false);
  });

  test('folding the branch of the selection moves it up to the branch', () => {
    const store = createDashboardStore(now);
    change(store, withEvents, events);
    change(store, withRoute, at(idOf(2)));
    change(store, withFolded, idOf(1), true);
    expect(store.getState()).toMatchObject({ route: at(idOf(1)) });
    change(store, withFolded, '', true);
    expect(store.getState()).toMatchObject({ route: at(null) });
  });

  test('folding another branch leaves the selection alone', () => {
    const store = createDashboardStore(now);
    change(store, withEvents, [...events, { seq: 8, event: running(3)[0] ?? never() }]);
    change(store, withRoute, at(idOf(3)));
    change(store, withFolded, idOf(1), true);
    expect(store.getState().route).toEqual(at(idOf(3)));
    expect(store.getState().collapsed).toEqual(new Set([idOf(1)]));
  });

  test('an action is asked, sent and answered, and its row says so in between', () => {
    const store = createDashboardStore(now);
    const seen = () => store.getState();
    change(store, withActionAsked, 'stop', [idOf(1), idOf(3)]);
    expect(seen().action).toEqual({ status: 'confirming', verb: 'stop', ids: [idOf(1), idOf(3)] });
    change(store, withActionDropped);
    expect(seen().action).toEqual({ status: 'none' });
    change(store, withActionSent, 'stop', [idOf(1), idOf(3)]);
    expect([...seen().asked]).toEqual([
      [idOf(1), 'stop'],
      [idOf(3), 'stop'],
    ]);
    change(store, withActionAnswered, [idOf(1)]);
    expect([...seen().asked.keys()]).toEqual([idOf(3)]);
  });

  test('notices are few, the newest last, and the same again is said once', () => {
    const store = createDashboardStore(now);
    for (const text of ['a', 'b', 'a', 'c', 'd', 'e']) change(store, withNotice, { intent: 'info', text });
    expect(store.getState().notices.map(({ text }) => text)).toEqual(['a', 'c', 'd', 'e']);
    const [first] = store.getState().notices;
    change(store, withoutNotice, first?.id ?? 0);
    expect(store.getState().notices.map(({ text }) => text)).toEqual(['c', 'd', 'e']);
    expect(new Set(store.getState().notices.map(({ id }) => id)).size).toBe(3);
  });
});

const never = (): never => {
  throw new Error('An agent without events.');
};

describe('routes', () => {
  test.each<[string, Route]>([
    ['#/', at(null)],
    ['#/agents/agent_1', at('agent_1')],
    ['#/?show=failed', { ...atRoot, query: 'show=failed' }],
    ['#/agents/agent_1/log', { ...at('agent_1'), tab: 'log' }],
    ['#/agents/agent_1/log?full', { ...at('agent_1'), tab: 'log', full: true }],
    ['#/agents/agent_1?full', { ...at('agent_1'), full: true }],
    ['#/agents/agent_1?full&show=failed', { ...at('agent_1'), full: true, query: 'show=failed' }],
    ['#/queue', { ...atRoot, view: 'queue' }],
    ['#/reports/agent_1?is=late', { ...atRoot, view: 'reports', item: 'agent_1', query: 'is=late' }],
    ['#/agents/a%2Fb', at('a/b')],
  ])('%s reads and writes the same', (hash, route) => {
    expect(parseRoute(hash)).toEqual(route);
    expect(routeHash(route)).toBe(hash);
  });

  test.each([
    '',
    '#',
    '#/nowhere',
    '#/agents/',
    '#/agents/%E0%A4%A',
    '#/agents/a/b/c',
    '#/agents/a/nothing',
    '#/fleet',
    '#/queue/',
    '#/queue/a/b',
    '#code=abc',
  ])('"%s" is the root', (hash) => {
    expect(parseRoute(hash)).toEqual(at(null));
  });
});
