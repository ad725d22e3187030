import { describe, expect, test } from 'vitest';
import type { ReportProblem } from '../../../protocol/agent.ts';
import { type TrayContext, type TrayItem, trayModel as modelOf } from '../../../main/shell/tray/model.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import { type Planned, fleetOf } from './fleet-of.ts';

/** The endings of fleet-of lie at 14:40. */
const before = '2025-11-09T14:35:00.000Z';
const after = '2025-11-09T14:45:00.000Z';
const problem: ReportProblem = { code: 'missing', message: 'There is no report.', line: null };

const quiet: TrayContext = { busiest: [], intakePaused: false, now: Date.parse(after) };
const trayModel = (fleet: Fleet, lookedAt: string | null, context: Partial<TrayContext> = {}) =>
  modelOf(fleet, lookedAt, { ...quiet, ...context });

const running: Planned = { is: 'running' };
const failed: Planned = { is: { status: 'failed' } };
const reportless: Planned = { is: { report_problems: [problem] } };

const icon = (agents: readonly Planned[], lookedAt: string | null = before) => {
  const { icon: name, count } = trayModel(fleetOf(...agents), lookedAt);
  return [name, count];
};

function submenu(menu: readonly TrayItem[], title: string): readonly TrayItem[] {
  const item = menu.find((candidate) => candidate.kind === 'submenu' && candidate.label.startsWith(title));
  return item?.kind === 'submenu' ? item.items : [];
}
const labels = (items: readonly TrayItem[]) => items.map((item) => (item.kind === 'separator' ? '---' : item.label));

describe('the icon', () => {
  test.each<[string, readonly Planned[], string, number]>([
    ['nothing was ever deployed', [], 'idle', 0],
    ['all have ended well', [{ is: {} }], 'idle', 0],
    ['some run', [running, running], 'working', 2],
    ['one only waits in the queue', [{ is: 'queued' }], 'working', 1],
    ['one is being stopped', [{ is: 'stopping' }], 'working', 1],
    ['one completed without its report', [running, reportless], 'needs_you', 1],
    ['a stop left processes behind', [{ is: { status: 'stopped', survivors: [4711] } }], 'needs_you', 1],
    ['one was stopped as asked', [{ is: { status: 'stopped' } }], 'idle', 0],
    ['one failed', [running, failed], 'failed', 1],
    ['one vanished', [{ is: { status: 'lost' } }], 'failed', 1],
    ['one ran over its time', [{ is: { status: 'timed_out' } }], 'failed', 1],
    ['one failed and one has no report', [reportless, failed, failed], 'failed', 2],
    ['one failed and has no report', [{ is: { status: 'failed', report_problems: [problem] } }], 'failed', 1],
  ])('when %s: %s', (_when, agents, name, count) => {
    expect(icon(agents)).toEqual([name, count]);
  });

  test('forgets what the operator has seen since', () => {
    expect(icon([failed, reportless], after)).toEqual(['idle', 0]);
    expect(icon([running, failed], after)).toEqual(['working', 1]);
  });

  test('shows nothing as news while the operator looks', () => {
    expect(icon([failed, reportless], null)).toEqual(['idle', 0]);
  });
});

describe('the tooltip', () => {
  const tooltip = (...agents: readonly Planned[]) => trayModel(fleetOf(...agents), before).tooltip;

  test('says in words what is not zero', () => {
    expect(tooltip()).toBe('Ziggie: nothing is running');
    expect(tooltip(running, running, { is: 'queued' })).toBe('Ziggie: 2 running, 1 queued');
    expect(tooltip(running, { is: 'paused' })).toBe('Ziggie: 1 running, 1 paused');
    expect(tooltip(running, { is: 'stopping' }, failed)).toBe(
      'Ziggie: 1 running, 1 stopping, 1 failed since you last looked',
    );
    expect(tooltip({ is: { status: 'failed', survivors: [4711] } })).toBe('Ziggie: 1 failed since you last looked');
    expect(tooltip(reportless)).toBe('Ziggie: 1 needs you');
    expect(tooltip(reportless, reportless)).toBe('Ziggie: 2 need you');
  });

  test('fits the 127 characters that Windows shows', () => {
    const many = Array.from({ length: 50 }, (): Planned[] => [
      running,
      { is: 'paused' },
      { is: 'stopping' },
      { is: 'queued' },
      failed,
      reportless,
    ]);
    expect(tooltip(...many.flat()).length).toBeLessThanOrEqual(127);
  });
});

describe('what was spent', () => {
  const spent = (cost_usd: number, date: string): Fleet => ({
    ...fleetOf(running),
    day: { date, cost_usd, tokens: 0, agents: 0, minutes: 0 },
  });
  test.each([
    [1.8449, '2025-11-09', 'Ziggie: 1 running, $1.84 today'],
    [0.0042, '2025-11-09', 'Ziggie: 1 running, $0.0042 today'],
    [0, '2025-11-09', 'Ziggie: 1 running'],
    [1.84, '2025-11-08', 'Ziggie: 1 running'],
  ])('%f on %s', (cost, date, words) => {
    const model = trayModel(spent(cost, date), before);
    expect(model.tooltip).toBe(words);
    // A menu that changes with every cent is exchanged all the time.
    expect(labels(model.menu)[0]).toBe('1 running');
  });
});

describe('an approval that waits', () => {
  const asking: Planned = { is: 'running', facts: { name: 'scanner' }, asks: ['npm  test\n&& rm -rf build'] };

  test('needs a person, seen or not, until it is decided', () => {
    expect(icon([asking], null)).toEqual(['needs_you', 1]);
    expect(icon([asking, reportless])).toEqual(['needs_you', 2]);
    expect(icon([{ ...asking, is: { status: 'stopped' } }])).toEqual(['idle', 0]);
    expect(trayModel(fleetOf(asking), after).tooltip).toBe('Ziggie: 1 running, 1 needs you');
  });

  test('stands in the menu with what it asks for above its two answers', () => {
    const { menu } = trayModel(fleetOf(asking, reportless), before);
    const [item, ended] = submenu(menu, 'Needs you (2)');
    expect(item).toEqual({
      kind: 'submenu',
      label: 'L2.1 scanner: approve Bash?',
      items: [
        { kind: 'text', label: 'npm  test && rm -rf build' },
        {
          kind: 'action',
          label: 'Approve',
          action: { type: 'decide', approvalId: 'apr_agent_1_1', decision: 'allow' },
        },
        { kind: 'action', label: 'Deny', action: { type: 'decide', approvalId: 'apr_agent_1_1', decision: 'deny' } },
        { kind: 'action', label: 'Open', action: { type: 'open', place: 'agents/agent_1' } },
      ],
    });
    expect(labels(ended === undefined ? [] : [ended])).toEqual(['L2.1 agent_2: no report']);
  });
});

describe('the menu', () => {
  test('of an idle fleet is the fixed entries only', () => {
    expect(labels(trayModel(fleetOf(), before).menu)).toEqual([
      'Nothing is running',
      'Open dashboard',
      '---',
      'Pause intake',
      'Open logs folder',
      '---',
      'Quit…',
    ]);
  });

  test('stops a running agent one level below its name', () => {
    const { menu } = trayModel(
      fleetOf({ is: 'running', facts: { agent_type: 'L2.1', name: 'sprite scanner' } }),
      before,
    );
    expect(submenu(menu, 'Running (1)')).toEqual([
      {
        kind: 'submenu',
        label: 'L2.1 sprite scanner',
        items: [{ kind: 'action', label: 'Stop', action: { type: 'stop', agentId: 'agent_1' } }],
      },
    ]);
  });

  test('says that stopping a parent stops what is below it', () => {
    const { menu } = trayModel(fleetOf(running, { is: 'running', facts: { parent_agent: 'agent_1' } }), before);
    const [parent, child] = submenu(menu, 'Running');
    expect(parent?.kind === 'submenu' && labels(parent.items)).toEqual(['Stop, with all below it']);
    expect(child?.kind === 'submenu' && labels(child.items)).toEqual(['Stop']);
  });

  test('offers no second Stop to an agent that is stopping', () => {
    const { menu } = trayModel(fleetOf({ is: 'stopping', facts: { name: 'one' } }), before);
    expect(submenu(menu, 'Running')).toEqual([{ kind: 'text', label: 'L2.1 one: stopping' }]);
  });

  test('names what failed and what needs a person', () => {
    const { menu } = trayModel(fleetOf(failed, { is: { status: 'timed_out' } }, reportless), before);
    expect(labels(submenu(menu, 'Failed (2)'))).toEqual(['L2.1 agent_1: failed', 'L2.1 agent_2: timed out']);
    expect(submenu(menu, 'Failed (2)')[0]).toMatchObject({ action: { type: 'open', place: 'agents/agent_1' } });
    expect(labels(submenu(menu, 'Needs you (1)'))).toEqual(['L2.1 agent_3: no report']);
  });

  test('lists ten and sends the operator to the dashboard for the rest', () => {
    const { menu } = trayModel(fleetOf(...Array.from({ length: 13 }, () => running)), before);
    const items = submenu(menu, 'Running (13)');
    expect(items).toHaveLength(11);
    expect(items.at(-1)).toEqual({
      kind: 'action',
      label: '3 more in the dashboard',
      action: { type: 'open', place: null },
    });
  });

  test('lists the busiest first, and whom it knows nothing of after them', () => {
    const { menu } = trayModel(fleetOf(running, running, running), before, { busiest: ['agent_3', 'agent_2'] });
    expect(labels(submenu(menu, 'Running'))).toEqual(['L2.1 agent_3', 'L2.1 agent_2', 'L2.1 agent_1']);
  });

  test('says whether the intake is paused, and a click asks for the opposite', () => {
    const model = trayModel(fleetOf(running), before, { intakePaused: true });
    expect(model.tooltip).toBe('Ziggie: 1 running, intake paused');
    expect(model.menu).toContainEqual({
      kind: 'check',
      label: 'Pause intake',
      checked: true,
      enabled: true,
      action: { type: 'pause_intake', paused: false },
    });
  });

  test('shortens a long name', () => {
    const { menu } = trayModel(fleetOf({ is: 'running', facts: { name: 'x'.repeat(200) } }), before);
    expect(labels(submenu(menu, 'Running'))).toEqual([`L2.1 ${'x'.repeat(54)}…`]);
  });
});

test('the same fleet gives an equal model, so that an open menu is not rebuilt for nothing', () => {
  expect(trayModel(fleetOf(running, failed), before)).toEqual(trayModel(fleetOf(running, failed), before));
});
