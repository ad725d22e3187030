/** The governing views in a real browser: what agents ask, who waits, how work is shared. */
import type { Locator, Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { createHttpClient } from '../../clients/typescript/http-client.ts';
import { axeProblems } from '../rig/axe.ts';
import type { TestCoordinator } from '../rig/coordinator.ts';
import { dashboardRig, deployOne } from '../rig/dashboard.ts';
import { valueOf } from '../rig/result.ts';
import { waitFor } from '../rig/wait-for.ts';

const rig = dashboardRig();
const sleepers = {
  default_runtime: 'sleeper',
  runtimes: { sleeper: { kind: 'command', command: '/bin/sleep', args: ['300'], prompt: 'file' } },
  report: { required: false },
};

/** What the accessibility checker finds, light and dark. */
async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    // Colours change over some milliseconds, and nothing is readable on the way.
    const background = colorScheme === 'dark' ? 'rgb(41, 41, 41)' : 'rgb(255, 255, 255)';
    const present = () => page.evaluate(`getComputedStyle(document.querySelector('.app')).backgroundColor`);
    await waitFor(`the page is ${colorScheme}`, async () => (await present()) === background, { seen: present });
    await page.evaluate(
      `new Promise(requestAnimationFrame).then(() => Promise.allSettled(document.getAnimations().map(({ finished }) => finished)))`,
    );
    expect(await axeProblems(page), colorScheme).toEqual([]);
  }
}

/** Nothing is wider than the window, at the smallest size and at 200 % zoom. */
async function expectFits(page: Page): Promise<void> {
  for (const size of [
    { width: 1024, height: 640 },
    { width: 640, height: 400 },
    { width: 1280, height: 800 },
  ]) {
    await page.setViewportSize(size);
    const wider = await page.evaluate(
      `[document.documentElement, document.querySelector('.govern')].filter((one) => one !== null && one.scrollWidth > one.clientWidth).map((one) => one.className + ' ' + one.scrollWidth)`,
    );
    expect(wider, JSON.stringify(size)).toEqual([]);
  }
}

describe('approvals', () => {
  const ask = async (coordinator: TestCoordinator, agentId: string, call: string, input: Record<string, unknown>) => {
    const client = createHttpClient({ url: coordinator.url, token: await coordinator.agentToken(agentId) });
    const asked = await client.perform('request_approval', { tool_use_id: call, tool_name: 'Bash', input });
    return valueOf(asked).answer.approval_id;
  };
  const card = (page: Page, id: string): Locator => page.locator(`[data-approval="${id}"]`);

  test('are announced, decided by key, by branch and many at once, and a decision that came too late is said calmly', async () => {
    const coordinator = await rig.start(sleepers);
    const parent = await deployOne(coordinator, { name: 'overwatch', config: { prompt: 'x' } });
    const child = await deployOne(coordinator, {
      agent_type: 'L2.1',
      parent_agent: parent,
      name: 'scanner',
      config: { prompt: 'x' },
    });
    const page = await rig.open(coordinator);
    const script = Array.from({ length: 60 }, (_, line) => `echo "<b>line ${line}</b>"`).join('\n');
    const first = await ask(coordinator, child, 'one', { command: script });
    await page.getByRole('log', { name: 'Notices' }).getByText('asks to use Bash').waitFor();
    const second = await ask(coordinator, child, 'two', { command: 'ls \u202e' });
    await page.getByRole('link', { name: 'Show', exact: true }).click();

    await card(page, second).waitFor();
    expect(await page.getByRole('log', { name: 'Notices' }).getByText('asks to use').count()).toBe(0);
    expect(await card(page, first).locator('.agent-path').innerText()).toMatch(
      /L0\s*›\s*L1\s*overwatch\s*›\s*L2.1\s*scanner/,
    );
    expect(await card(page, second).innerText()).toContain('ls ⟨U+202E⟩');
    expect(await card(page, first).innerText()).not.toContain('line 59');
    await card(page, first)
      .getByRole('button', { name: /Show all/ })
      .click();
    expect(await card(page, first).innerText()).toContain('<b>line 59</b>');
    await expectAccessible(page);
    await expectFits(page);

    await card(page, first).focus();
    await page.keyboard.press('a');
    await card(page, first).waitFor({ state: 'detached' });
    expect(await card(page, second).evaluate((element) => element === document.activeElement)).toBe(true);
    expect(valueOf(await coordinator.client.approvals({ status: 'all' })).approvals[0]).toMatchObject({
      approval_id: first,
      status: 'allowed',
    });

    await page.keyboard.press('b');
    await page.getByRole('alertdialog').getByText('L2.1 scanner').last().waitFor();
    await page.getByRole('button', { name: 'Allow for this branch', exact: true }).click();
    await page.getByText('Nothing waits for your decision').waitFor();
    const branches = valueOf(await coordinator.client.approvals()).allowed;
    expect(branches).toMatchObject([{ agent_id: child, tool: 'Bash' }]);

    const third = await ask(coordinator, parent, 'three', { command: 'rm -rf build' });
    await card(page, third).focus();
    await page.keyboard.press('d');
    await page.keyboard.type('adb, not today'); // Letters are text here, and decide nothing.
    await page.keyboard.press('Enter');
    await card(page, third).waitFor({ state: 'detached' });
    const denied = valueOf(await coordinator.client.approvals({ status: 'all' })).approvals.at(-1);
    expect(denied).toMatchObject({ status: 'denied', decided: { message: 'adb, not today' } });

    const many: string[] = [];
    for (const call of ['4', '5', '6']) many.push(await ask(coordinator, parent, call, { command: call }));
    await card(page, many[2] ?? '').waitFor();
    // Somebody else decides between the look and the click: the page is held back from hearing of it.
    await page.route(`**/approvals/${many[0]}`, async (route) => {
      await coordinator.client.decide(many[0] ?? '', { decision: 'allow' });
      await route.continue();
    });
    await page.getByRole('button', { name: 'Select all' }).click();
    await page.getByRole('button', { name: 'Deny selected …' }).click();
    await page.keyboard.press('Enter');
    await page.getByText('2 requests denied.').waitFor();
    await page.getByText('Already allowed by an operator; nothing was changed.').waitFor();
    await page.getByText('Nothing waits for your decision').waitFor();

    await page.getByRole('button', { name: '6 decided lately' }).click();
    await page.getByRole('cell', { name: 'adb, not today' }).waitFor();
    await page.reload();
    await page.getByRole('cell', { name: 'allowed for its branch' }).waitFor();
    await expectAccessible(page);
  });
});

describe('the queue', () => {
  test('shows who waits, why and what would free it; rows move by key and by many, are cancelled, and all starts are paused', async () => {
    const coordinator = await rig.start({
      ...sleepers,
      runtimes: { ...sleepers.runtimes, fails: { kind: 'command', command: '/bin/false', prompt: 'file' } },
      limits: { max_running: 1, max_running_per_runtime: { sleeper: 5 }, min_free_memory_mb: 1 },
    });
    const restart = { policy: 'on_failure', backoff_seconds: 600, max_backoff_seconds: 600 } as const;
    const failing = await deployOne(coordinator, { name: 'flaky', config: { prompt: 'x', runtime: 'fails', restart } });
    await waitFor('it is in back-off', async () => valueOf(await coordinator.client.get(failing)).status === 'backoff');
    const parent = await deployOne(coordinator, { name: 'busy', config: { prompt: 'x' } });
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c', 'd']) {
      ids.push(await deployOne(coordinator, { agent_type: 'L2', parent_agent: parent, name, config: { prompt: 'x' } }));
    }
    const [a = '', b = '', c = '', d = ''] = ids;
    const page = await rig.open(coordinator, '#/queue');
    const row = (id: string): Locator => page.locator(`[data-queued="${id}"]`);
    const order = (): Promise<(string | null)[]> =>
      page.locator('[data-queued]').evaluateAll((rows) => rows.map((one) => one.getAttribute('data-queued')));
    const serverOrder = async (): Promise<string[]> =>
      valueOf(await coordinator.client.queue()).waiting.map(({ agent_id }) => agent_id);

    await page.getByText('4 waiting · 1 in back-off').waitFor();
    expect(await order()).toEqual([a, b, c, d, failing]);
    await row(a).getByText('1 of 1 agents run').waitFor();
    expect(await row(a).innerText()).toContain('1 of 1 agents run · when one of them ends');
    expect(await row(failing).innerText()).toMatch(/attempt 1 failed \(exit 1\) · next try at \d\d:\d\d:\d\d, in \d+m/);
    await page.getByRole('list', { name: 'Limits' }).getByText('1 of 1 taken · full').waitFor();
    expect(await page.getByRole('list', { name: 'Limits' }).innerText()).toMatch(/Runtime sleeper\s*1 of 5 taken/);
    expect(await page.getByRole('list', { name: 'Limits' }).innerText()).toMatch(/free, 1.0 MB are kept/);
    await expectAccessible(page);
    await expectFits(page);

    await row(d).focus();
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    await waitFor('the row went up', async () => (await order())[0] === d, { seen: order });
    await waitFor('the coordinator knows', async () => (await serverOrder())[0] === d, { seen: serverOrder });
    expect(valueOf(await coordinator.client.get(d)).priority).toBe(3);
    expect(coordinator.journal().filter(({ event }) => event.type === 'agent_reprioritized')).toHaveLength(1);

    for (const id of [a, b]) await row(id).getByRole('checkbox').click();
    await page.getByRole('button', { name: 'Later', exact: true }).click();
    await waitFor('two went down', async () => (await serverOrder()).join() === [d, c, a, b].join(), {
      seen: serverOrder,
    });
    await waitFor('the page, too', async () => (await order()).join() === [d, c, a, b, failing].join(), {
      seen: order,
    });
    await page.getByRole('button', { name: 'Cancel them …' }).click();
    await page.getByRole('alertdialog').getByText('They leave the queue and are not started.').waitFor();
    await page.getByRole('button', { name: 'Cancel 2 agents' }).click();
    await page.getByText('2 agents cancelled.').waitFor();
    await waitFor('they are gone', async () => (await order()).join() === [d, c, failing].join(), { seen: order });
    expect(valueOf(await coordinator.client.get(a)).status).toBe('cancelled');

    await page.getByRole('switch', { name: 'Starts are on' }).click();
    await page.getByRole('alertdialog').getByText('Nothing more is started until you switch it on again').waitFor();
    await page.getByRole('button', { name: 'Pause all starts' }).click();
    await page.getByRole('switch', { name: 'All starts are paused' }).waitFor();
    await row(d).getByText('the operator has paused all starts').waitFor();
    expect(valueOf(await coordinator.client.queue()).intake_paused).toBe(true);

    // Refused (it has started meanwhile, say): the row goes back to where it was, and the refusal is read.
    await page.route('**/reprioritize', (route) =>
      route.fulfill({
        status: 409,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          type: 'about:blank',
          title: 'x',
          status: 409,
          detail: 'it is being started',
          code: 'WRONG_STATE',
          request_id: null,
        }),
      }),
    );
    await row(c)
      .getByRole('button', { name: /^Sooner/ })
      .click();
    await row(c)
      .getByRole('button', { name: /^Sooner/ })
      .click();
    await row(c)
      .getByRole('button', { name: /^Sooner/ })
      .click();
    await page.getByText('Not moved: it is being started').waitFor();
    await waitFor('it is back', async () => (await order()).join() === [d, c, failing].join(), { seen: order });
  });
});

describe('balance', () => {
  test('groups stand against the limit; a plan redraws as it is typed, says what to split, is kept over a reload and deployed as shown', async () => {
    const coordinator = await rig.start({ ...sleepers, limits: { min_free_memory_mb: 1 } });
    const page = await rig.open(coordinator, '#/balance');
    await page.getByText('No group is at work').waitFor();

    const tasks = page.getByLabel('Tasks, one a line: name and weight');
    await tasks.fill('sprites 50\nsounds');
    await page.getByText('line 2: expected a task and its weight').waitFor();
    await tasks.fill('sprites 50\nsounds, 30\nlevels\t20');
    const verdict = page.locator('.plan-verdict');
    await verdict.getByText('does not keep the rules').waitFor();
    await page.getByRole('button', { name: 'Split it' }).click();
    await verdict.getByText('keeps the rules', { exact: true }).waitFor();
    expect(await tasks.inputValue()).toContain('sprites 1/2 ');
    await page.getByLabel('Workers').fill('many');
    await page.getByText('1 to 100').waitFor();
    await page.getByLabel('Workers').fill('3');
    await verdict.waitFor();
    await page.getByLabel('Group').fill('wave <b>one</b>');
    const prompt = page.getByLabel('Prompt of each worker');
    await prompt.fill('Do it.');
    await page.getByText('The prompt does not hold {tasks}').waitFor();
    await page.getByText('What the first worker is told').click();
    await prompt.fill('Worker {worker} of {workers} has {share}: {tasks}');
    const preview = page.locator('.plan-first pre');
    await preview.filter({ hasText: /^Worker 1 of 3 has [\d.]+ %: - \w/ }).waitFor();
    await prompt.fill('Worker {worker} of {workers}: {tasks}');
    await preview.filter({ hasText: /^Worker 1 of 3: - \w/ }).waitFor();
    await expectAccessible(page);
    await page.reload();
    await verdict.getByText('keeps the rules', { exact: true }).waitFor();
    expect(await prompt.inputValue()).toBe('Worker {worker} of {workers}: {tasks}');

    // A plan by looser limits than the coordinator's is refused in its own words, and nothing is deployed.
    const kept = await tasks.inputValue();
    await tasks.fill('sprites 50\nsounds 30\nlevels 20');
    await page.getByLabel('Largest share, %').fill('60');
    await page.getByLabel('Ratio below').fill('9');
    await verdict.getByText('keeps the rules', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Deploy this plan …' }).click();
    await page.getByRole('button', { name: 'Deploy 3 agents' }).click();
    await page.getByText('Nothing was deployed:').waitFor();
    expect(await page.locator('.plan-deploy').innerText()).toContain('40 %');
    expect(valueOf(await coordinator.client.list()).agents).toEqual([]);
    await page.getByLabel('Largest share, %').fill('40');
    await page.getByLabel('Ratio below').fill('2');
    await tasks.fill(kept);
    await verdict.getByText('keeps the rules', { exact: true }).waitFor();

    await page.getByRole('button', { name: 'Deploy this plan …' }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByRole('button', { name: /Show all/ }).click();
    expect(await dialog.innerText()).toContain('"prompt": "Worker 1 of 3: - ');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Deploy 3 agents' }).click();
    await page.getByText('3 agents deployed as wave <b>one</b>.').waitFor();
    const { agents } = valueOf(await coordinator.client.list());
    expect(agents.map(({ group, balance }) => [group?.id, balance?.flagged])).toEqual(
      [1, 2, 3].map(() => ['wave <b>one</b>', false]),
    );

    const group = page.locator('[data-group="wave <b>one</b>"]');
    const estimate = group.getByRole('list', { name: /^Estimate/ });
    await waitFor('the estimate of three', async () => (await estimate.getByRole('listitem').count()) === 3);
    const shares = agents.map(({ estimated_workload: share }) => Number(((share ?? 0) * 100).toPrecision(3)));
    for (const share of shares) expect(await estimate.innerText()).toContain(`${share} %`);
    await group.getByRole('list', { name: /^Measured by time/ }).waitFor();
    // The line stands where the limit is, in each bar's own width.
    const at = await group.locator('.group-bars').evaluate((bars) => {
      const line = Number.parseFloat(getComputedStyle(bars, '::after').left);
      const bar = bars.querySelector('.share-bar')?.getBoundingClientRect();
      return bar === undefined ? 0 : (line - (bar.left - bars.getBoundingClientRect().left)) / bar.width;
    });
    expect(at).toBeCloseTo(0.4, 2);
    await group.getByRole('button', { name: 'wave <b>one</b>' }).click();
    await group.getByRole('cell', { name: 'running' }).first().waitFor();
    await page.reload();
    await group.getByRole('cell', { name: 'running' }).first().waitFor();
    await page.getByRole('button', { name: 'Compliance scores' }).click();
    await page.getByRole('cell', { name: 'All agents' }).waitFor();
    await expectAccessible(page);
    await expectFits(page);
    await Promise.all(agents.map(({ agent_id }) => coordinator.client.stop(agent_id)));
    await page.getByText('0 groups at work · 1 finished').waitFor();
    await page.getByRole('button', { name: '1 finished' }).waitFor();
  });
});
