/** The search in the header: agents, reports and logs of real agents, by keyboard, and where each result leads. */
import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { axeProblems } from '../rig/axe.ts';
import { dashboardRig, deployOne, goTo } from '../rig/dashboard.ts';
import { waitFor } from '../rig/wait-for.ts';

const rig = dashboardRig();
const config = {
  runtimes: {
    long: {
      kind: 'command',
      command: '/bin/sh',
      args: ['-c', 'echo "the first Quartz"; seq 1 60000; echo "<i>quartz</i> at the end"; seq 1 20000'],
    },
  },
};
const box = (page: Page) => page.getByRole('combobox', { name: 'Search agents, logs, reports' });
const option = (page: Page, name: RegExp) => page.getByRole('option', { name });
const activeOf = (page: Page) => page.locator('[role="option"][aria-selected="true"]');

test('finds agents, reports and lines of logs by keyboard, and opens each where it is', async () => {
  const coordinator = await rig.start(config);
  const plain = { runtime: 'long', prompt: 'x', report_required: false };
  const id = await deployOne(coordinator, { name: 'quartz <b>cutter</b>', config: plain });
  const { completion_report } = await coordinator.ended(id);
  writeFileSync(completion_report, '# Report\n\n## Summary\n\nTwo pieces of quartz.\n');
  const page = await rig.open(coordinator, '#/settings', { colorScheme: 'dark' });

  await page.keyboard.press('Control+k');
  await page.keyboard.type('QUARTZ');
  await option(page, /Two pieces of quartz/).waitFor();
  await page.getByText('4 results.', { exact: true }).waitFor();
  const kinds = page.getByRole('listbox').getByRole('group');
  expect(await kinds.evaluateAll((all) => all.map((one) => one.querySelectorAll('[role="option"]').length))).toEqual([
    1, 1, 2,
  ]);
  expect(await page.getByRole('listbox').locator('b, i').count()).toBe(0);
  expect(await axeProblems(page)).toEqual([]);

  // The first is chosen; up from it is the last: the older line of the log, far from its end.
  expect(await activeOf(page).textContent()).toContain('quartz <b>cutter</b>');
  await page.keyboard.press('ArrowUp');
  expect(await activeOf(page).textContent()).toContain('the first Quartz');
  await page.keyboard.press('Enter');
  const match = page.locator('.log-current .log-match');
  await waitFor('its line in the log', async () => (await match.textContent()) === 'Quartz');
  await page.getByText('2 matches', { exact: true }).waitFor();
  expect(await page.evaluate('location.hash')).toBe(`#/agents/${id}/log?full&find=QUARTZ&at=10`);
  await page.reload();
  await waitFor('it again', async () => (await match.textContent()) === 'Quartz');

  // With the log open, another line of the same log, by the mouse.
  await page.keyboard.press('Control+k');
  await page.keyboard.type('quartz');
  await option(page, /at the end/).click();
  await waitFor('the other line', async () =>
    ((await page.locator('.log-current').textContent()) ?? '').startsWith('<i>quartz</i>'),
  );
  await goTo(page, '#/history');
  await page.keyboard.press('/');
  await page.keyboard.type('pieces');
  await option(page, /Two pieces/).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'quartz <b>cutter</b>' }).waitFor();
  expect(await page.evaluate('location.hash')).toBe(`#/reports/${id}?line=5`);
});

test('says what it does, and leaves the page usable when small, without results, and without a coordinator', async () => {
  const coordinator = await rig.start(config);
  const page = await rig.open(coordinator, '#/balance', { width: 640, height: 400 });
  await page.keyboard.press('Control+k');
  await page.keyboard.type('x');
  await page.getByText('Two letters are needed').waitFor();
  await page.keyboard.type('yz');
  await page.getByText('Nothing found.', { exact: true }).waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  expect(await axeProblems(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByText('Nothing found.').waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  expect(await box(page).inputValue()).toBe('');
  await page.keyboard.press('Escape');
  expect(await box(page).evaluate((element) => element === document.activeElement)).toBe(false);
  await coordinator.crash();
  await page.keyboard.press('/');
  await page.keyboard.type('anything');
  await page.getByText('Reports and logs could not be searched:').waitFor();
});
