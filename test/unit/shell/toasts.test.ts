import { describe, expect, test } from 'vitest';
import { noNews, toastNews } from '../../../main/shell/toasts/news.ts';
import type { Toast } from '../../../main/shell/toasts/words.ts';
import type { ReportProblem } from '../../../protocol/agent.ts';
import { type Planned, fleetOf } from './fleet-of.ts';

/** The endings of fleet-of lie at 14:40. */
const startedAt = Date.parse('2025-11-09T14:35:00.000Z');
const problem = (code: ReportProblem['code'], message: string): ReportProblem => ({ code, message, line: null });

/** Looks one after the other, each with the agents there are then; gives what each told. */
function looks(
  ...steps: readonly { at: number; agents: readonly Planned[]; watched?: boolean; startedAt?: number }[]
): readonly Toast[][] {
  let news = noNews;
  return steps.map(({ at, agents, watched = false, startedAt: since = startedAt }) => {
    const step = toastNews(news, fleetOf(...agents), { now: startedAt + at, startedAt: since, watched });
    news = step.news;
    return [...step.tell];
  });
}
const titles = (toasts: readonly Toast[][]) => toasts.map((told) => told.map(({ title }) => title));

const running: Planned = { is: 'running' };
const failed: Planned = { is: { status: 'failed', status_reason: 'exit 3' } };

describe('a toast says', () => {
  const overwatch: Planned = { is: 'running', facts: { agent_type: 'L1', name: 'overwatch' } };
  const toastFor = (agent: Planned): Toast | undefined => {
    const below: Planned = { ...agent, facts: { name: 'scanner', parent_agent: 'agent_1', ...agent.facts } };
    return looks({ at: 0, agents: [] }, { at: 1, agents: [overwatch, below] })[1]?.[0];
  };

  test.each<[string, Planned, string, string[], string]>([
    ['failed', failed, 'Failed: exit 3. Its log tells more; it can be restarted.', ['Open log'], 'log'],
    ['lost', { is: { status: 'lost' } }, 'Vanished: nobody saw how it ended.', ['Open log'], 'log'],
    [
      'timed out',
      { is: { status: 'timed_out', status_reason: 'over 60 s.' } },
      'Ran out of time: over 60 s. Its',
      ['Open log'],
      'log',
    ],
    [
      'no report',
      { is: { report_problems: [problem('missing', 'none')] } },
      'Has ended without its report.',
      ['Open log'],
      'log',
    ],
    [
      'a bad report',
      { is: { report_problems: [problem('section_empty', 'Results is empty.'), problem('time_differs', 'x')] } },
      'Its report has 2 problems: Results is empty.',
      ['Open report'],
      'report',
    ],
    [
      'survivors',
      { is: { status: 'stopped', survivors: [47, 48] } },
      '2 of its processes still run (pid 47, 48)',
      ['Open events'],
      'events',
    ],
    [
      'over budget',
      { is: { status: 'stopped', status_reason: 'BUDGET_EXCEEDED: $2.00 of $1.50 spent' } },
      'Is over budget and was stopped: $2.00 of $1.50 spent. Its usage says on what.',
      ['Open usage'],
      'usage',
    ],
  ])('what happened and what can be done: %s', (_what, agent, body, buttons, tab) => {
    const toast = toastFor(agent);
    expect(toast?.title).toBe('L2.1 scanner · in L1 overwatch');
    expect(toast?.body).toContain(body);
    expect(toast?.place).toBe('agents/agent_2');
    expect(toast?.buttons.map(({ label }) => label)).toEqual(buttons);
    expect(toast?.buttons[0]?.action).toEqual({ type: 'open', place: `agents/agent_2/${tab}` });
  });

  test('for what an approval is asked, with the two answers on it', () => {
    expect(toastFor({ is: 'running', asks: ['npm test'] })).toEqual({
      key: 'apr_agent_2_1',
      title: 'L2.1 scanner · in L1 overwatch',
      body: 'Asks to use Bash: npm test. It waits until you approve or deny.',
      place: 'agents/agent_2',
      buttons: [
        { label: 'Approve', action: { type: 'decide', approvalId: 'apr_agent_2_1', decision: 'allow' } },
        { label: 'Deny', action: { type: 'decide', approvalId: 'apr_agent_2_1', decision: 'deny' } },
      ],
      approvalId: 'apr_agent_2_1',
    });
  });

  test('nothing of what is as it should be, and little of what is endless', () => {
    expect(toastFor({ is: {} })).toBeUndefined();
    expect(toastFor({ is: { status: 'stopped' } })).toBeUndefined();
    const long = toastFor({ is: 'running', asks: ['x\n'.repeat(5000)], facts: { name: 'n'.repeat(200) } });
    expect(long?.title.length).toBeLessThanOrEqual(120);
    expect(long?.body.length).toBeLessThanOrEqual(200);
    expect(long?.body).not.toContain('\n');
  });
});

describe('it is told', () => {
  const other: Planned = { is: { status: 'failed' }, facts: { parent_agent: null, name: 'other' } };

  test('once, and not what was there at the first look', () => {
    expect(
      titles(
        looks(
          { at: 0, agents: [failed] },
          { at: 1, agents: [failed] },
          { at: 2, agents: [failed, other] },
          { at: 99_000, agents: [failed, other] },
        ),
      ),
    ).toEqual([[], [], ['L2.1 other'], []]);
  });

  test('not when it ended before this start, however late that is found', () => {
    const late = startedAt + 3_600_000;
    expect(titles(looks({ at: 0, agents: [], startedAt: late }, { at: 1, agents: [failed], startedAt: late }))).toEqual(
      [[], []],
    );
  });

  test('not while the dashboard is looked at, and not afterwards either', () => {
    expect(
      titles(
        looks({ at: 0, agents: [] }, { at: 1, agents: [failed], watched: true }, { at: 99_000, agents: [failed] }),
      ),
    ).toEqual([[], [], []]);
  });

  test('at most once a minute for a branch, then in a summary; another branch is not held back', () => {
    const root: Planned = { is: 'running', facts: { agent_type: 'L1', name: 'overwatch' } };
    const child = (is: Planned['is'], asks: string[] = []): Planned => ({
      is,
      asks,
      facts: { parent_agent: 'agent_1' },
    });
    const bad = child({ status: 'failed' });
    const told = looks(
      { at: 0, agents: [root] },
      { at: 1000, agents: [root, bad] },
      { at: 2000, agents: [root, bad, bad, child('running', ['ls'])] },
      { at: 3000, agents: [root, bad, bad, child('running', ['ls']), other] },
      { at: 60_999, agents: [root, bad, bad, child('running', ['ls']), other] },
      { at: 61_000, agents: [root, bad, bad, child('running', ['ls']), other] },
      { at: 62_000, agents: [root, bad, bad, child('running', ['ls']), other, bad] },
      { at: 121_000, agents: [root, bad, bad, child('running', ['ls']), other, bad] },
    );
    expect(titles(told)).toEqual([
      [],
      ['L2.1 agent_2 · in L1 overwatch'],
      [],
      ['L2.1 other'],
      [],
      ['2 more need you · in L1 overwatch'],
      [],
      ['L2.1 agent_6 · in L1 overwatch'],
    ]);
    expect(told[5]?.[0]).toMatchObject({
      body: 'Within the last minute: 1 request for your decision, 1 failed.',
      place: 'approvals',
    });
  });

  test('not any more when it was settled meanwhile', () => {
    const asking = (...asks: string[]): Planned => ({ ...running, asks });
    const first = looks(
      { at: 0, agents: [running] },
      { at: 1, agents: [asking('one')] },
      { at: 2, agents: [asking('one', 'two')] },
      { at: 70_000, agents: [running] },
    );
    expect(titles(first)).toEqual([[], ['L2.1 agent_1'], [], []]);
  });
});
