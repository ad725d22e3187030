import { describe, expect, test } from 'vitest';
import type { Agent } from '../../../protocol/agent.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import { agentDetails } from '../../../renderer/selectors/agent-details.ts';
import { planAction } from '../../../renderer/selectors/agent-actions.ts';
import { branchUses } from '../../../renderer/selectors/branch-use.ts';
import { paneModel } from '../../../renderer/selectors/pane-model.ts';
import { plannedShares } from '../../../renderer/selectors/planned-shares.ts';
import { rowCells, rowSentence } from '../../../renderer/selectors/row-cells.ts';
import type { DashboardState } from '../../../renderer/store/state.ts';
import { treeRows } from '../../../renderer/selectors/tree-rows.ts';
import { accepted, endedAs, fleetFrom, idOf, now, outside, over, running, usage } from './fleets.ts';

function row(fleet: Fleet, key: string, measured: DashboardState['measured'] = new Map()) {
  const found = treeRows(fleet, new Set()).find((one) => one.key === key);
  if (found === undefined) throw new Error(`No row ${key}.`);
  return rowCells(found, {
    now,
    unheardSeconds: null,
    uses: branchUses(fleet, measured),
    measured,
    shares: plannedShares(fleet),
    asked: new Map(),
  });
}
function agent(fleet: Fleet, ordinal = 1): Agent {
  const found = fleet.agents.get(idOf(ordinal));
  if (found === undefined) throw new Error(`No agent ${ordinal}.`);
  return found;
}
const labels = (one: Agent): Record<string, string> =>
  Object.fromEntries(
    agentDetails(one, now, { balance: null, maxShare: null }).flatMap(({ details }) =>
      details.map(({ label, value }) => [label, value]),
    ),
  );

describe('the cells of a row', () => {
  test('a running agent counts up, an ended one says how long it took, a waiting one nothing', () => {
    expect(row(fleetFrom(running(1)), idOf(1)).time).toBe('11m 00s');
    expect(row(endedAs({ execution_time_seconds: 362 }), idOf(1)).time).toBe('6m 02s');
    expect(row(endedAs({ execution_time_seconds: null }), idOf(1)).time).toBe('');
    expect(row(fleetFrom(accepted(1)), idOf(1)).time).toBe('');
  });

  test('runtime and model stand together; without a model the runtime stands alone', () => {
    expect(row(fleetFrom(running(1)), idOf(1)).runtime).toBe('claude · sonnet');
    expect(row(fleetFrom(running(1, { runtime: 'demo', model: null })), idOf(1)).runtime).toBe('demo');
  });

  test('a branch says what it uses together, a leaf what it uses itself', () => {
    const fleet = fleetFrom(running(1), running(2, { parent_agent: idOf(1) }), running(3, { parent_agent: idOf(1) }));
    const measured = new Map([
      [idOf(1), { cpuPercent: 0.4, memoryMb: 100 }],
      [idOf(2), { cpuPercent: 70, memoryMb: 1900.5 }],
    ]);
    expect(row(fleet, idOf(1), measured)).toMatchObject({ cpu: '70 %', memory: '2.0 GB', cpuHeat: 3, memoryHeat: 3 });
    expect(row(fleet, idOf(1), measured).useTitle).toContain('Itself: 0.4 % of a core, 100.0 MB');
    expect(row(fleet, idOf(2), measured)).toMatchObject({ cpu: '70 %', memory: '1.9 GB', useTitle: null });
    expect(row(fleet, idOf(3), measured)).toMatchObject({ cpu: '', memory: '', cost: '', cpuHeat: 0 });
    expect(row(fleet, '', measured)).toMatchObject({ cpu: '70 %' });
  });

  test('a share is of the group, of those that carry it', () => {
    const part = (ordinal: number, weight: number | null) =>
      running(ordinal, { parent_agent: idOf(1), estimated_workload: weight, group: { id: 'wave', size: 2 } });
    const fleet = fleetFrom(running(1), part(2, 0.3), part(3, 0.1));
    expect(row(fleet, idOf(2)).share).toBe('75 %');
    expect(row(fleet, idOf(1)).share).toBe('');
    expect(row(fleetFrom(running(1), part(2, 0.3)), idOf(2)).share).toBe('');
  });

  test('a branch says how many run and how many need a person below it', () => {
    const fleet = fleetFrom(
      running(1),
      running(2, { parent_agent: idOf(1) }),
      running(3, { parent_agent: idOf(1) }),
      over(3, { status: 'failed' }),
    );
    expect(row(fleet, idOf(1))).toMatchObject({ running: '1 of 2', attentionBelow: 1 });
    expect(row(fleet, idOf(2))).toMatchObject({ running: '', attentionBelow: 0 });
    expect(rowSentence(row(fleet, idOf(1)))).toBe(
      'L2.1, running, claude · sonnet, 11m 00s, 1 of 2 below are running, 1 below need you',
    );
  });

  test('what the coordinator did not start has no status of its own', () => {
    const fleet = fleetFrom(outside('overwatch_001'), running(1, { parent_agent: 'overwatch_001' }));
    expect(row(fleet, 'overwatch_001')).toMatchObject({ type: 'L1', status: null, remark: 'started outside' });
    expect(row(fleet, '')).toMatchObject({ title: 'Ziggie', type: 'L0', status: null, remark: null });
  });
});

describe('the overview of an agent', () => {
  test('names the parent where it has a name, with its id beside it', () => {
    const child = agent(fleetFrom(running(1), running(2, { parent_agent: idOf(1), level: 2 })), 2);
    const parents = (parentName?: string) =>
      agentDetails(child, now, { balance: null, maxShare: null, parentName })
        .flatMap(({ details }) => details)
        .filter(({ label }) => label === 'Parent');
    const href = `#/agents/${idOf(1)}`;
    expect(parents('L1 boss')).toMatchObject([{ value: 'L1 boss', exact: idOf(1), copyable: false, href }]);
    expect(parents()).toMatchObject([{ value: idOf(1), copyable: true, href }]);
  });

  test('leaves out what is not known instead of showing zero', () => {
    const known = labels(agent(fleetFrom(running(1))));
    expect(known).toMatchObject({ Process: '1001', Runtime: 'claude · sonnet' });
    for (const label of ['Cost', 'Tokens in', 'Exit code', 'Signal', 'Session', 'Ended']) {
      expect(known).not.toHaveProperty(label);
    }
  });

  test('shows usage, exit and what a stop needed', () => {
    const fleet = fleetFrom(
      running(1),
      usage(1, {
        session_id: 'abc',
        cost_usd: 0.0042,
        tokens: { input: 1234, output: 5, cache_read: 0, cache_write: 7 },
      }),
      over(1, {
        status: 'stopped',
        exit_code: null,
        signal: 'SIGKILL',
        stop_steps: ['SIGTERM', 'SIGKILL'],
        survivors: [7],
      }),
    );
    const shown = labels(agent(fleet));
    expect(shown).toMatchObject({
      'Tokens in': '1,234',
      'Cache write': '7',
      Cost: '$0.0042',
      Session: 'abc',
      Signal: 'SIGKILL',
      'Stop took': 'SIGTERM, then SIGKILL',
      'Left behind': 'process 7',
      Took: '10m 00s',
    });
    expect(shown).not.toHaveProperty('Cache read');
  });

  test('an exit code of 0 is a fact and is shown', () => {
    expect(labels(agent(endedAs({})))).toMatchObject({ 'Exit code': '0' });
  });
});

describe('the head of the pane', () => {
  test('is named as in the tree', () => {
    const fleet = fleetFrom(running(1, { name: 'docs' }));
    expect(paneModel(fleet, agent(fleet), now, null)).toMatchObject({ title: 'docs', type: 'L2.1', time: '11m 00s' });
  });

  test('a stop would end what lives in the branch, itself included', () => {
    const fleet = fleetFrom(
      running(1),
      running(2, { parent_agent: idOf(1) }),
      over(2),
      accepted(3, { parent_agent: idOf(2) }),
      running(4),
    );
    const stopped = (id: string): number => planAction(fleet, 'stop', [id]).affected;
    expect([stopped(idOf(1)), stopped(idOf(2)), stopped(idOf(4))]).toEqual([2, 1, 1]);
    expect(stopped('unknown')).toBe(0);
  });
});
