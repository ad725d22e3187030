/** The dashboard in a real browser, served by the built coordinator, with real agents. */
import { writeFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import type { PageLook } from '../rig/browser.ts';
import type { TestCoordinator } from '../rig/coordinator.ts';
import { dashboardRig, demo, deployOne, goTo } from '../rig/dashboard.ts';
import { unreplaceable, unreplaceableMissing } from '../rig/unreplaceable.ts';
import { waitFor } from '../rig/wait-for.ts';

/** Whatever its prompt says, it prints what would do harm if a page took it for more than text. */
const hostile = String.raw`printf '\033[31mred\033[0m \033]0;title\007<b>bold</b>\a\n'; printf '<img src=x onerror=alert(1)>\n'`;

const config = {
  runtimes: {
    demo: { kind: 'demo' },
    hostile: { kind: 'command', command: '/bin/sh', args: ['-c', hostile] },
    long: { kind: 'command', command: '/usr/bin/seq', args: ['1', '100000'] },
    chatty: {
      kind: 'command',
      command: '/bin/sh',
      args: ['-c', 'i=0; while :; do i=$((i+1)); echo "line $i"; sleep 0.02; done'],
    },
  },
};

const rig = dashboardRig();
const startCoordinator = (limits: Record<string, number> = {}): Promise<TestCoordinator> =>
  rig.start({ ...config, limits });
const openDashboard = (coordinator: TestCoordinator, look?: PageLook): Promise<Page> =>
  rig.open(coordinator, '#/', look);
const deploy = deployOne;

const tree = (page: Page): Locator => page.getByRole('treegrid', { name: 'Agents' });
const agentRows = (page: Page): Locator => tree(page).locator('[data-kind="agent"]');
const rowOf = (page: Page, agentId: string): Locator => tree(page).locator(`[data-agent="${agentId}"]`);
const hash = (page: Page): string => new URL(page.url()).hash;

describe('signing in', () => {
  test('the one-time code of the address lets in and is gone from it', async () => {
    const coordinator = await startCoordinator();
    const page = await openDashboard(coordinator);
    expect(page.url()).toBe(`${coordinator.url}/#/`);
    await page.getByRole('heading', { name: 'No agents yet' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'No agents yet' }).waitFor();
    await page.goBack().catch(() => null); // There may be nothing to go back to.
    expect(page.url()).not.toContain('code=');
  });

  test('without a code the page says how to get in; a wrong token is refused with the reason, the right one works', async () => {
    const coordinator = await startCoordinator();
    const page = await rig.openAt(coordinator.url);
    await page.getByText('one-time code').waitFor();
    const field = page.getByLabel('Or paste the operator token');
    await field.fill('not-the-token');
    await field.press('Enter');
    await page.getByText('does not accept this token').waitFor();
    await field.fill(coordinator.token);
    await field.press('Enter');
    await page.getByText('connected', { exact: true }).waitFor();
    expect(await page.getByRole('heading', { name: 'No agents yet' }).isVisible()).toBe(true);
  });
});

describe('the tree', () => {
  test('grows before the eyes: the demo tree from its first agent to seven with reports', async () => {
    const coordinator = await startCoordinator();
    const page = await openDashboard(coordinator);
    await deploy(coordinator, { config: { runtime: 'demo', prompt_file: 'prompts/demo_overwatch.md' } });
    const sizes = new Set<number>();
    await waitFor(
      'seven agents, all done',
      async () => {
        sizes.add(await agentRows(page).count());
        return (await tree(page).locator('[data-kind="agent"][data-status="done"]').count()) === 7;
      },
      { timeoutMs: 60_000, seen: () => ({ sizes: [...sizes], output: coordinator.output }) },
    );
    expect(sizes.size).toBeGreaterThan(2);
    expect(await agentRows(page).evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-level')))).toEqual(
      expect.arrayContaining(['2', '3', '4']),
    );
    await page
      .getByRole('listitem')
      .filter({ hasText: /^7 done$/ })
      .waitFor();
  });

  test('keeps few rows in the page whatever the size of the fleet, and the keyboard reaches all', async () => {
    const coordinator = await startCoordinator({ max_running: 1 });
    const page = await openDashboard(coordinator);
    await deploy(coordinator, { config: demo('@work 120s') });
    const last: string[] = [];
    for (let made = 0; made < 150; made++) {
      last.push(await deploy(coordinator, { name: `waits ${made}`, config: demo('@work 1s') }));
    }
    await page.getByText('150 queued').waitFor();
    expect(await agentRows(page).count()).toBeLessThan(80);
    expect(await tree(page).getAttribute('aria-rowcount')).toBe('153');
    await tree(page).focus();
    await page.keyboard.press('End');
    await rowOf(page, last.at(-1) ?? '').waitFor();
    expect(hash(page)).toBe(`#/agents/${last.at(-1)}`);
    await page.keyboard.type('waits 42');
    await waitFor('the row that was typed', () => hash(page) === `#/agents/${last[42]}`, { seen: () => page.url() });
  });

  test('folds and opens by keyboard, and Esc comes back', async () => {
    const coordinator = await startCoordinator();
    const parent = await deploy(coordinator, { name: 'parent', config: demo('@work 60s') });
    const child = await deploy(coordinator, {
      agent_type: 'L2.1',
      parent_agent: parent,
      name: 'child',
      config: demo('@work 60s'),
    });
    const page = await openDashboard(coordinator);
    await rowOf(page, child).waitFor();
    await tree(page).focus();
    for (const key of ['Home', 'ArrowDown', 'ArrowLeft']) await page.keyboard.press(key);
    await rowOf(page, child).waitFor({ state: 'detached' });
    expect(await rowOf(page, parent).getAttribute('aria-expanded')).toBe('false');
    for (const key of ['ArrowRight', 'ArrowRight', 'Enter']) await page.keyboard.press(key);
    await waitFor('the full page', () => hash(page) === `#/agents/${child}?full`, { seen: () => page.url() });
    await tree(page).waitFor({ state: 'hidden' });
    await page.keyboard.press('Escape');
    await tree(page).waitFor();
    expect(hash(page)).toBe(`#/agents/${child}`);
    expect(await rowOf(page, child).getAttribute('aria-selected')).toBe('true');
  });

  test('shows hostile names and output as the text they are', async () => {
    const coordinator = await startCoordinator();
    const name = '<img src=x onerror=alert(1)>';
    const id = await deploy(coordinator, { name, config: { runtime: 'hostile', prompt: 'x', report_required: false } });
    await coordinator.ended(id);
    const page = await openDashboard(coordinator);
    await rowOf(page, id).click();
    await page.getByRole('heading', { name }).waitFor();
    await page.getByRole('tab', { name: 'Log' }).click();
    const log = page.getByRole('region', { name: /^Log of/ });
    await log.getByText(name).waitFor();
    expect(await log.locator('.ansi-fg-1').textContent()).toBe('red');
    expect(await log.textContent()).toContain('red <b>bold</b>⟨^G⟩');
    expect(await page.locator('img').count()).toBe(0);
  });
});

describe('the log', () => {
  test('opens a long one at its end, and loads earlier parts without losing the place', async () => {
    const coordinator = await startCoordinator();
    const id = await deploy(coordinator, { config: { runtime: 'long', prompt: 'x' } });
    await coordinator.ended(id);
    const page = await openDashboard(coordinator);
    await page.goto(`${coordinator.url}/#/agents/${id}/log`);
    const log = page.getByRole('region', { name: /^Log of/ });
    await log.getByText('100000', { exact: true }).waitFor();
    await log.hover();
    await page.mouse.wheel(0, -10_000_000);
    const topLine = () =>
      log.evaluate((element) => {
        const { top } = element.getBoundingClientRect();
        const lines = [...element.querySelectorAll('.log-line')];
        return lines.find((line) => line.getBoundingClientRect().top >= top)?.textContent ?? null;
      });
    const first = await waitFor('the first line held', topLine);
    const notShown = page.getByText('of earlier output are not shown');
    const before = await notShown.textContent();
    await page.getByRole('button', { name: 'Load earlier' }).click();
    await waitFor('less that is not shown', async () => (await notShown.textContent()) !== before);
    expect(Number(await topLine())).toBeGreaterThanOrEqual(Number(first) - 2);
    expect(Number(await topLine())).toBeLessThanOrEqual(Number(first) + 2);
    await log.hover();
    await page.mouse.wheel(0, -200);
    await waitFor('an earlier line', async () => Number(await topLine()) < Number(first) - 2, { seen: () => first });
    await page.getByRole('button', { name: /↓$/ }).click();
    await log.getByText('100000', { exact: true }).waitFor();
  });

  test('follows its end, stays where the reader scrolls to, and goes back to the end', async () => {
    const coordinator = await startCoordinator();
    const id = await deploy(coordinator, { config: { runtime: 'chatty', prompt: 'x' } });
    const page = await openDashboard(coordinator);
    await page.goto(`${coordinator.url}/#/agents/${id}/log`);
    const log = page.getByRole('region', { name: /^Log of/ });
    const newest = async (): Promise<number> => {
      const lines = await log.locator('.log-line').allTextContents();
      return Math.max(0, ...lines.map((line) => Number(/^line (\d+)$/.exec(line)?.[1] ?? 0)));
    };
    await waitFor('a screen full of lines', async () => (await newest()) > 120, { timeoutMs: 20_000 });
    await log.hover();
    await page.mouse.wheel(0, -600);
    const pill = page.getByRole('button', { name: /new lines? ↓/ });
    await pill.waitFor();
    const top = () => log.evaluate((element) => element.scrollTop);
    const place = await top();
    const label = await pill.textContent();
    await waitFor('more lines', async () => (await pill.textContent()) !== label);
    expect(await top()).toBe(place);
    await pill.click();
    await pill.waitFor({ state: 'hidden' });
    await waitFor('the end in sight', () =>
      log.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight < 40),
    );
  });

  test('is the same view after a reload', async () => {
    const coordinator = await startCoordinator();
    const id = await deploy(coordinator, { name: 'reloaded', config: demo('@say here I am\n@work 1s') });
    await coordinator.ended(id);
    const page = await openDashboard(coordinator);
    await page.goto(`${coordinator.url}/#/agents/${id}/log`);
    await page.getByText('here I am').waitFor();
    await page.reload();
    await page.getByText('here I am').waitFor();
    expect(hash(page)).toBe(`#/agents/${id}/log`);
    expect(await rowOf(page, id).getAttribute('aria-selected')).toBe('true');
  });
});

describe('stopping', () => {
  test('asks first how many it would stop, then the branch is seen to stop', async () => {
    const coordinator = await startCoordinator({ grace_seconds: 2 });
    const parent = await deploy(coordinator, { name: 'parent', config: demo('@work 120s') });
    const child = await deploy(coordinator, { agent_type: 'L2.1', parent_agent: parent, config: demo('@work 120s') });
    const page = await openDashboard(coordinator);
    await rowOf(page, parent).click();
    await page.getByRole('button', { name: 'Stop …' }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText('Stop parent and the agent below it?').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(await rowOf(page, parent).getAttribute('data-status')).toBe('running');
    await page.getByRole('button', { name: 'Stop …' }).click();
    await dialog.getByRole('button', { name: 'Stop 2 agents' }).click();
    for (const id of [parent, child]) {
      await waitFor(
        'the row says stopped',
        async () => (await rowOf(page, id).getAttribute('data-status')) === 'stopped',
        {
          timeoutMs: 20_000,
          seen: () => coordinator.output,
        },
      );
    }
    await page.getByRole('button', { name: 'Stop …' }).waitFor({ state: 'detached' });
  });
});

describe('a lost connection', () => {
  test('is said with since-when and next try; the tree stays, and goes on when the coordinator is back', async () => {
    const coordinator = await startCoordinator();
    const id = await deploy(coordinator, { name: 'survivor', config: demo('@work 60s') });
    const page = await openDashboard(coordinator);
    await rowOf(page, id).waitFor();
    const { port } = coordinator;
    await coordinator.crash();
    const bar = page.getByRole('alert').filter({ hasText: 'Not connected since' });
    await bar.getByText(/Next try in \d+ s|Trying now/).waitFor();
    await page.getByText('disconnected', { exact: true }).waitFor();
    expect(await rowOf(page, id).textContent()).toContain('last seen');
    await coordinator.start(port);
    await bar.waitFor({ state: 'detached', timeout: 30_000 });
    await waitFor(
      'the row to live again',
      async () => (await rowOf(page, id).textContent())?.includes('last seen') === false,
    );
    const later = await deploy(coordinator, { name: 'later', config: demo('@work 1s') });
    await rowOf(page, later).waitFor();
  });

  test('a view that is first opened meanwhile is there as soon as the coordinator is', async () => {
    const coordinator = await startCoordinator();
    const page = await openDashboard(coordinator);
    const { port } = coordinator;
    await coordinator.crash();
    await page.getByText('disconnected', { exact: true }).waitFor();
    await goTo(page, '#/queue');
    await coordinator.start(port);
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
    expect(hash(page)).toBe('#/queue');
  });
});

describe.skipIf(unreplaceableMissing() !== null)('a disk that refuses', () => {
  test('is said in a bar with what it means, and the bar goes when it is well again', async () => {
    const coordinator = await startCoordinator();
    const page = await openDashboard(coordinator);
    const id = await deploy(coordinator, { name: 'told late', config: demo('@until go') });
    await rowOf(page, id).waitFor();
    const release = await unreplaceable(coordinator.path('state', `${id}.json`));
    try {
      writeFileSync(coordinator.path('go'), '');
      const bar = page.getByRole('alert').filter({ hasText: 'Storage trouble: state files' });
      await bar.getByText(/EPERM.*Nothing is lost/).waitFor();
      if (process.env['ZIGGIE_TEST_PICTURE']) await page.screenshot({ path: process.env['ZIGGIE_TEST_PICTURE'] });
      expect(await rowOf(page, id).textContent()).toContain('done');
      release();
      await bar.waitFor({ state: 'detached' });
    } finally {
      release();
    }
  });
});

describe('the look', () => {
  test.each([
    { width: 1600, height: 1000, colorScheme: 'dark' },
    { width: 1024, height: 640, colorScheme: 'light' },
    { width: 640, height: 400, colorScheme: 'light' },
  ] as const)('at $width x $height nothing sticks out sideways', async (look) => {
    const coordinator = await startCoordinator();
    const name = 'a name that is much longer than any column of any window could ever be, '.repeat(2).trim();
    const id = await deploy(coordinator, { name, config: demo('@work 60s') });
    const page = await openDashboard(coordinator, look);
    await rowOf(page, id).click();
    await page.getByRole('tab', { name: 'Overview' }).waitFor();
    const overhang = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overhang).toBe(0);
    const box = await page.getByRole('button', { name: 'Stop …' }).boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(look.width);
  });
});
