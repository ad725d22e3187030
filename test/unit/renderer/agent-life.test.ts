import { describe, expect, test } from 'vitest';
import type { Agent } from '../../../protocol/agent.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import { agentRecord } from '../../../protocol/record.ts';
import { withGroup } from '../../../protocol/group-record.ts';
import { agentDetails } from '../../../renderer/selectors/agent-details.ts';
import { attemptRows } from '../../../renderer/selectors/attempts.ts';
import { lifeSteps } from '../../../renderer/selectors/life-steps.ts';
import { waitsFor } from '../../../renderer/selectors/waits-for.ts';
import {
  accepted,
  began,
  ended,
  ending,
  fleetFrom,
  idOf,
  neverBegan,
  now,
  outside,
  over,
  running,
  sequenced,
  started,
  starting,
  stopping,
  usage,
} from './fleets.ts';

const agentIn = (fleet: Fleet, ordinal = 1): Agent => {
  const found = fleet.agents.get(idOf(ordinal));
  if (found === undefined) throw new Error(`No agent ${ordinal}.`);
  return found;
};
const at = (minutes: number): string => new Date(Date.parse(began) + minutes * 60_000).toISOString();
const later = (event: ZiggieEvent, minutes: number): ZiggieEvent => ({ ...event, at: at(minutes) });
const waiting = (reason: string, minutes: number): ZiggieEvent => ({
  type: 'agent_waiting',
  at: at(minutes),
  agent_id: idOf(1),
  reason,
});
const restarting = (minutes: number): ZiggieEvent => ({
  type: 'agent_restarting',
  at: at(minutes),
  agent_id: idOf(1),
  attempt: 1,
  ending: { ...ending, status: 'failed', status_reason: 'exit code 3', exit_code: 3, execution_time_seconds: 60 },
  until: at(minutes + 1),
  reason: 'exit code 3; attempt 2 follows after 60 s',
  failures: 1,
});
const paused = (minutes: number): ZiggieEvent => ({
  type: 'agent_paused',
  at: at(minutes),
  agent_id: idOf(1),
  by: 'operator',
  reason: 'lunch\u202e',
  ran_seconds: 60,
});
const resumed = (minutes: number): ZiggieEvent => ({
  type: 'agent_resumed',
  at: at(minutes),
  agent_id: idOf(1),
  by: 'operator',
});

describe('the life of an agent', () => {
  const told = (...events: readonly (ZiggieEvent | readonly ZiggieEvent[])[]) =>
    lifeSteps(sequenced(...events), now).map(({ word, detail, evidence, lasted }) => [word, detail, evidence, lasted]);

  test('is its statuses, newest first, each with what backs it and how long it lasted', () => {
    expect(
      told(
        accepted(1),
        later(starting(1), 1),
        later(started(1), 2),
        usage(1, { cost_usd: 1 }),
        paused(5),
        resumed(6),
        over(1),
      ),
    ).toEqual([
      ['completed', 'exit code 0', 'exit seen by the coordinator', null],
      ['running', 'resumed by operator', 'recorded in the journal', 240],
      ['paused', 'by operator: lunch⟨U+202E⟩', 'recorded in the journal', 60],
      ['running', 'attempt 1', 'process 1001 seen alive', 180],
      ['starting', '', 'recorded in the journal', 60],
      ['accepted', 'by the door "http"', 'recorded in the journal', 60],
    ]);
  });

  test('goes on until now, and what happens within a status does not end it', () => {
    const asks: ZiggieEvent = {
      type: 'approval_requested',
      at: at(5),
      approval_id: 'apr_0123456789ab',
      agent_id: idOf(1),
      tool_use_id: 'use',
      tool: 'Bash',
      input: '{}',
      input_bytes: 2,
      input_sha256: '0'.repeat(64),
      expires_at: at(30),
    };
    const steps = told(running(1), asks);
    expect(steps.slice(0, 2)).toEqual([
      ['asks', 'approval of Bash', 'recorded in the journal', null],
      ['running', 'attempt 1', 'process 1001 seen alive', 660],
    ]);
    // What a branch was allowed stops nobody.
    expect(told(running(1), { ...asks, granted_by: 'apr_000000000000' })).toHaveLength(3);
  });

  test('one waiting is one step, however often its reason changes', () => {
    const reasons = Array.from({ length: 30 }, (_, nth) => waiting(`waiting: reason ${nth}`, 1));
    const [last, first, ...more] = lifeSteps(sequenced(accepted(1), reasons), now);
    expect(last).toMatchObject({ word: 'waiting', detail: 'reason 29', at: at(1) });
    expect(last?.earlier).toEqual(Array.from({ length: 10 }, (_, nth) => `reason ${nth + 19}`));
    expect([first?.word, more]).toEqual(['accepted', []]);
  });

  test('who is resumed before it had a process waits, and does not run', () => {
    expect(told(accepted(1), paused(1), resumed(2))[0]?.slice(0, 2)).toEqual(['waiting', 'resumed by operator']);
  });

  test('a clock that was put back gives no negative time', () => {
    expect(told(later(accepted(1), 5), later(starting(1), 1))[1]?.[3]).toBe(0);
  });
});

describe('its attempts', () => {
  const rows = (...events: readonly (ZiggieEvent | readonly ZiggieEvent[])[]) =>
    attemptRows(sequenced(...events), agentIn(fleetFrom(...events))).map(({ attempt, pid, seconds, outcome }) => [
      attempt,
      pid,
      seconds,
      outcome.word,
      outcome.detail,
    ]);
  const first = [accepted(1), starting(1), started(1), restarting(1)].flat();

  test('have each their outcome, newest first; the present one says how it stands', () => {
    const second = [later(starting(1, 2), 2), { ...later(started(1), 2), attempt: 2 } as ZiggieEvent];
    expect(rows(first, second)).toEqual([
      [2, 1001, null, 'running', null],
      [1, 1001, 60, 'failed', 'exit code 3'],
    ]);
  });

  test('who is stopped between two of them has none more, and the outcome of the last stays', () => {
    const stopped = over(1, { status: 'stopped', status_reason: 'stopped by operator' });
    expect(rows(first, stopped)).toEqual([[1, 1001, 60, 'failed', 'exit code 3']]);
  });

  test('one that never began says why; of one whose events are gone the outcome is not known', () => {
    expect(rows(accepted(1), starting(1), neverBegan(1, 'refused'))).toEqual([
      [1, null, null, 'never began', 'SPAWN_FAILED: it could not be'],
    ]);
    const events = [accepted(1), starting(1), starting(1, 2), { ...started(1), attempt: 2 } as ZiggieEvent];
    expect(rows(events)[1]).toEqual([1, null, null, 'not known', null]);
    expect(rows(accepted(1))).toEqual([]);
  });
});

describe('what it waits for', () => {
  const waits = (...events: readonly (ZiggieEvent | readonly ZiggieEvent[])[]) => {
    const fleet = fleetFrom(...events);
    return waitsFor(fleet, agentIn(fleet)).map(({ what, since, until, href }) => [
      what,
      since,
      until?.at ?? null,
      href,
    ]);
  };

  test('is its turn, with its place and what frees it', () => {
    const reason = 'waiting: 1 of 1 run (limits.max_running)';
    expect(waits(accepted(1, { timeout: 600 }), waiting(reason, 1))).toEqual([
      [`its turn: 1 of 1 run (limits.max_running), place 1; it starts when one of them ends`, began, ended, '#/queue'],
    ]);
    expect(waits(accepted(1, { timeout: 0 }))[0]?.[2]).toBeNull();
  });

  test('is whoever paused it, its next attempt, its processes; or nothing', () => {
    expect(waits(running(1), paused(1))).toEqual([
      ['being resumed: paused by operator: lunch⟨U+202E⟩', at(1), null, null],
    ]);
    expect(waits(running(1), restarting(1))[0]?.[2]).toBe(at(2));
    expect(waits(running(1), stopping(1))[0]?.[0]).toBe('its processes to end');
    expect(waits(running(1))).toEqual([]);
    expect(waits(running(1), over(1))).toEqual([]);
  });
});

describe('its group and environment', () => {
  const rules = { max_share: 0.4, max_ratio: 2 };
  const part = (ordinal: number, weight: number) =>
    running(ordinal, { parent_agent: 'overwatch_001', estimated_workload: weight, group: { id: 'wave', size: 3 } });
  const fleet = fleetFrom(outside('overwatch_001'), part(1, 0.4), part(2, 0.3), part(3, 0.3));
  const agent = agentIn(fleet);
  const details = (maxShare: number | null) => {
    const { balance } = withGroup(agentRecord(agent), agent, fleet, rules, () => now);
    return new Map(
      agentDetails(agent, now, { balance, maxShare }).flatMap(({ details: all }) => all.map((one) => [one.label, one])),
    );
  };

  test('the share stands beside the limit, once that is known, and the group leads to the balance view', () => {
    expect(details(0.4).get('Share')?.value).toBe('40 % (limit 40 %), as planned');
    expect(details(null).get('Share')?.value).toBe('40 %, as planned');
    expect(details(0.4).get('Score')?.value).toBe('100 of 100');
    expect(details(0.4).get('Measured')?.value).toBe('33.3 % by time');
    expect(decodeURIComponent(details(0.4).get('Group')?.href ?? '')).toBe('#/balance/["overwatch_001","wave",1]');
  });

  test('the token is said by what it reaches, and no longer than it does', () => {
    expect(details(null).get('Token')?.value).toBe('reaches itself and all below it, until it ends');
    expect(details(null).get('Folder')?.value).toBe(agent.facts.cwd);
    const tokenOf = (...events: readonly (ZiggieEvent | readonly ZiggieEvent[])[]) =>
      agentDetails(agentIn(fleetFrom(...events)), now, { balance: null, maxShare: null })
        .flatMap(({ details: all }) => all)
        .find(({ label }) => label === 'Token')?.value;
    expect(tokenOf(accepted(1))).toBe('none yet: made when it starts');
    expect(tokenOf(running(1), over(1))).toBe('none: it has ended');
  });
});
