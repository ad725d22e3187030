/** What agents use, in charts: of the fleet, of a branch, of one agent; live, over a reload and a restart. */
import type { Locator, Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { axeProblems } from '../rig/axe.ts';
import type { TestCoordinator } from '../rig/coordinator.ts';
import { dashboardRig, goTo } from '../rig/dashboard.ts';
import { lostInContrast } from '../rig/forced-colors.ts';
import { costs, deployed, startSpenders, uses } from '../rig/spending-agents.ts';
import { waitFor } from '../rig/wait-for.ts';

const rig = dashboardRig();
const busy = 'while :; do i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; sleep 0.2; done';
const panel = (page: Page): Locator => page.getByRole('region', { name: 'Usage over time' });
const chart = (page: Page, kind: string): Locator => panel(page).getByRole('figure', { name: new RegExp(`^${kind}`) });
const toggle = (page: Page): Locator => panel(page).getByRole('button', { name: /^Usage of/ });
const choose = (page: Page, name: string): Promise<void> => panel(page).getByLabel(name, { exact: true }).check();

/** Its sentence, once it says so. */
const says = (page: Page, kind: string, words: RegExp): Promise<string> => {
  const last = { text: '' };
  return waitFor(
    `${kind} says ${words.source}`,
    async () => {
      last.text = (await chart(page, kind).locator('figcaption').textContent()) ?? '';
      return words.test(last.text) ? last.text : null;
    },
    { timeoutMs: 40_000, seen: () => last.text },
  );
};

/** What the pointer has just left fades for a moment. */
const isClean = (page: Page): Promise<unknown> => {
  const last: { problems: readonly string[] } = { problems: [] };
  return waitFor(
    'axe finds nothing',
    async () => {
      last.problems = await axeProblems(page);
      return last.problems.length === 0;
    },
    { seen: () => last.problems },
  );
};

async function family(coordinator: TestCoordinator): Promise<{ top: string; child: string }> {
  const top = (await deployed(coordinator, `${uses('m1', 1200)}\n${costs(0.42)}\nexec sleep 120`)).agent_id;
  const child = (await deployed(coordinator, busy, { type: 'L2.1', parent: top })).agent_id;
  await deployed(coordinator, busy, { type: 'L2.2', parent: top });
  return { top, child };
}

describe('charts', () => {
  test('below the tree tell who uses what, live; the way they are set outlives a reload, what they show a restart', async () => {
    const coordinator = await startSpenders();
    const { child } = await family(coordinator);
    const page = await rig.open(coordinator);
    const cpu = await says(page, 'CPU', /L2\.1 [\d.]+ %, L2\.2 [\d.]+ %|L2\.2 [\d.]+ %, L2\.1 [\d.]+ %/);
    expect(cpu).toMatch(
      /CPU of all agents over the last 5 min, in percent of one core: .* now, .* on average, .* at the peak/,
    );
    await says(page, 'Memory', /MB now/);
    const legend = panel(page).getByRole('list', { name: 'Legend' });
    expect(await legend.getByRole('listitem').count()).toBe(3);
    const first = await chart(page, 'Memory').locator('.recharts-area-area').first().getAttribute('d');
    await waitFor(
      'the next look is drawn',
      async () => (await chart(page, 'Memory').locator('.recharts-area-area').first().getAttribute('d')) !== first,
      // On a busy machine a look takes long, and two hundred times as long passes until the next.
      { timeoutMs: 40_000 },
    );
    const box = await chart(page, 'CPU').locator('.recharts-cartesian-grid').boundingBox();
    if (box === null) throw new Error('the chart has no size');
    await page.mouse.move(box.x + box.width - 2, box.y + 20);
    const tip = chart(page, 'CPU').locator('.chart-tip');
    await tip.getByText('L2.1').waitFor();
    expect(await tip.textContent()).toMatch(/L2\.1[\d.]+ %.*all[\d.]+ %/);
    await page.mouse.move(5, 5);
    await isClean(page);
    const seen = ['.tree-active', '.nav-item[aria-current]', '.segments label:has(:checked)', '.shape'] as const;
    const inCharts = ['.recharts-area-area', '.recharts-cartesian-grid line', '.chart-swatch'] as const;
    expect(await lostInContrast(page, [...seen, ...inCharts])).toEqual([]);
    await goTo(page, '#/queue');
    expect(await lostInContrast(page, ['.nav-item[aria-current]', '.queue-meter > span'])).toEqual([]);
    await goTo(page, '#/settings');
    expect(await lostInContrast(page, ['.settings-nav a[aria-current]'])).toEqual([]);
    await goTo(page, '#/');
    await legend.getByRole('button', { name: 'L2.1' }).click();
    expect(page.url()).toContain(child);
    await says(page, 'CPU', /CPU of L2\.1 over/);
    await goTo(page, '#/');
    await choose(page, '1 h');
    await says(page, 'CPU', /over the last 1 h/);
    await choose(page, 'by agent');
    const handle = chart(page, 'CPU').getByRole('slider').first();
    await handle.focus();
    await page.keyboard.press('ArrowRight');
    const showAll = panel(page).getByRole('button', { name: 'Show all 1 h' });
    await showAll.click();
    await showAll.waitFor({ state: 'detached' });

    await page.reload();
    await says(page, 'CPU', /CPU of all agents over the last 1 h.*L2\.1/);
    expect(await panel(page).getByLabel('by agent').isChecked()).toBe(true);
    const { port } = coordinator;
    await coordinator.client.stop(child);
    await coordinator.stop();
    await page.getByText('connected', { exact: true }).waitFor({ state: 'detached' });
    await coordinator.start(port);
    await page.getByText('connected', { exact: true }).waitFor();
    await says(page, 'CPU', /L2\.1 [\d.]+ %/);

    await choose(page, 'Tokens and cost');
    await says(page, 'Tokens', /over the last 1 h: 1,200\./);
    await says(page, 'Cost', /: \$0\.42\./);
  }, 90_000);

  test('of a branch tell what it spent, stacked by child, with a legend, a tip and one time for both', async () => {
    const coordinator = await startSpenders();
    const top = (await deployed(coordinator, `${uses('m1', 1200)}\n${costs(0.42)}\nexec sleep 120`)).agent_id;
    const below = { type: 'L2.1', parent: top };
    const child = (await deployed(coordinator, `${uses('m2', 300)}\n${costs(0.1)}\nexec sleep 120`, below)).agent_id;
    const third = await deployed(coordinator, `${uses('m3', 50)}\n${costs(0.2)}`, { type: 'L3.1.1', parent: child });
    const fourth = await deployed(coordinator, `${uses('m4', 500)}\n${costs(0.05)}`, { ...below, type: 'L2.2' });
    const fifth = await deployed(coordinator, `${uses('m5', 9000)}\n${costs(3)}`, { type: 'L1.9' });
    for (const { agent_id } of [third, fourth, fifth]) await coordinator.ended(agent_id);
    const page = await rig.open(coordinator, '#/', { width: 1280, height: 800 });
    await choose(page, 'Tokens and cost');
    await choose(page, '1 h');
    const all = await says(page, 'Tokens', /all agents over the last 1 h: 11,050\. Of it: /);
    expect(all).toContain('L1.9 9,000');
    await goTo(page, `#/agents/${top}`);
    for (const range of ['24 h', '1 h', '5 min']) {
      await choose(page, range);
      const tokens = await says(page, 'Tokens', new RegExp(`all below it over the last ${range}: 2,050\\. Of it: `));
      for (const part of ['L1 itself 1,200', 'L2.1 350', 'L2.2 500']) expect(tokens).toContain(part);
      const cost = await says(page, 'Cost', /: \$0\.77\. Of it: /);
      for (const part of ['L1 itself $0.42', 'L2.1 $0.30', 'L2.2 $0.05']) expect(cost).toContain(part);
    }
    const legend = panel(page).getByRole('list', { name: 'Legend' });
    expect((await legend.getByRole('listitem').allTextContents()).sort()).toEqual(['L1 itself', 'L2.1', 'L2.2']);
    const box = await chart(page, 'Cost').locator('.recharts-cartesian-grid').boundingBox();
    if (box === null) throw new Error('the chart has no size');
    const tip = chart(page, 'Cost').locator('.chart-tip');
    await waitFor(
      'the tip at the end of the time has it all',
      async () => {
        await page.mouse.move(box.x + box.width - 3, box.y + 20);
        await page.mouse.move(box.x + box.width - 0.4, box.y + 20);
        return /L1 itself\$0\.42.*all\$0\.77/.test((await tip.textContent()) ?? '');
      },
      { timeoutMs: 40_000, seen: () => tip.textContent() },
    );
    await page.mouse.move(5, 5);
    await chart(page, 'Tokens').getByRole('slider').first().focus();
    await page.keyboard.press('ArrowRight');
    await panel(page).getByRole('button', { name: 'Show all 5 min' }).click();
    await isClean(page);
    await legend.getByRole('button', { name: 'L2.1' }).click();
    await says(page, 'Tokens', /Tokens of L2\.1 and all below it over the last 5 min: 350\. Of it: /);
  }, 90_000);

  test('leave small windows to the tree until they are opened, and load nothing before', async () => {
    const coordinator = await startSpenders();
    await deployed(coordinator, 'exec sleep 60');
    const page = await rig.open(coordinator, '#/', { width: 1024, height: 640 });
    await toggle(page).waitFor();
    expect(await toggle(page).getAttribute('aria-expanded')).toBe('false');
    const scripts = (): Promise<unknown> =>
      page.evaluate(
        `performance.getEntriesByType('resource').filter(({ name }) => name.includes('charts-body')).length`,
      );
    expect(await scripts()).toBe(0);
    await toggle(page).click();
    await says(page, 'Memory', /MB now/);
    expect(await scripts()).toBe(1);
    for (const [width, height] of [
      [1024, 640],
      [640, 400],
    ] as const) {
      await page.setViewportSize({ width, height });
      expect(await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true);
      expect((await chart(page, 'CPU').boundingBox())?.height).toBeGreaterThan(80);
    }
    await page.reload();
    await chart(page, 'CPU').waitFor();
  }, 90_000);

  test('of one agent stand in its usage tab, with tokens, cost and budget', async () => {
    const coordinator = await startSpenders();
    const script = `${uses('m1', 1200)}\n${costs(0.42)}\nexec sleep 120`;
    const { agent_id: id } = await deployed(coordinator, script, { budget: { cost_usd: 2 } });
    await deployed(coordinator, script, { type: 'L2.1', parent: id });
    const page = await rig.open(coordinator, `#/agents/${id}/usage`, { colorScheme: 'dark' });
    const spent = page.getByRole('region', { name: 'Tokens and cost' });
    await waitFor('both have told', async () => (await spent.textContent())?.includes('$0.84'), {
      seen: () => spent.textContent(),
    });
    expect(await spent.getByRole('row').allTextContents()).toEqual([
      'In allWith 1 below',
      'Input1,2002,400',
      'Output00',
      'Cache read00',
      'Cache write00',
      'Tokens1,2002,400',
      'Cost$0.42$0.84',
    ]);
    const budget = page.getByRole('region', { name: 'Budget of it and all below it' });
    await waitFor(
      'the budget is told',
      async () => /Cost\$2\.00\$0\.84\$0\.00\$1\.16L1/.test((await budget.textContent()) ?? ''),
      { timeoutMs: 20_000, seen: () => budget.textContent() },
    );
    const own = page.getByRole('region', { name: /^Agent/ }).getByRole('figure', { name: /^Memory/ });
    await waitFor(
      'its memory',
      async () => /MB at the peak/.test((await own.locator('figcaption').textContent()) ?? ''),
      {
        timeoutMs: 20_000,
      },
    );
    await page.getByText(/^Whole run: .*memory [\d.]+ MB at its peak$/).waitFor();
    await isClean(page);
  }, 40_000);
});
