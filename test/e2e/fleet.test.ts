/** Governing the fleet from its tree: filter, saved views, choosing many, and what is done to them. */
import type { Locator, Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { axeProblems } from '../rig/axe.ts';
import { dashboardRig, demo, deployOne, goTo } from '../rig/dashboard.ts';
import { waitFor } from '../rig/wait-for.ts';

const rig = dashboardRig();
const tree = (page: Page): Locator => page.getByRole('treegrid', { name: 'Agents' });
const rowOf = (page: Page, id: string): Locator => tree(page).locator(`[data-agent="${id}"]`);
const shown = (page: Page): Promise<(string | null)[]> =>
  tree(page)
    .locator('[data-kind="agent"]')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-agent')));
const statusIs = (page: Page, id: string, word: string): Promise<unknown> =>
  waitFor(`${id} says ${word}`, async () => (await rowOf(page, id).getAttribute('data-status')) === word, {
    timeoutMs: 20_000,
  });
const hash = (page: Page): string => new URL(page.url()).hash;

describe('the fleet', () => {
  test('is filtered by words and states, in the address, and under a name', async () => {
    const coordinator = await rig.start();
    const top = await deployOne(coordinator, { name: 'Overwatch', config: demo('@work 60s') });
    const audit = await deployOne(coordinator, {
      agent_type: 'L2.1',
      parent_agent: top,
      name: 'asset audit',
      config: demo('@work 60s'),
    });
    const docs = await deployOne(coordinator, {
      agent_type: 'L2.2',
      parent_agent: top,
      name: 'docs',
      config: demo('@exit 3'),
    });
    const page = await rig.open(coordinator);
    await statusIs(page, docs, 'failed');
    await page.keyboard.press('/');
    await page.keyboard.type('level:2 audit');
    await waitFor('only the one that is meant, and its parent', async () => (await shown(page)).length === 2);
    expect(await shown(page)).toEqual([top, audit]);
    await page.getByText('1 agent found').waitFor();
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Save this filter …' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('audits');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'Clear the filter' }).click();
    await page.getByRole('button', { name: /needs attention/ }).click();
    await waitFor('the failed one', async () => (await shown(page)).includes(docs) && (await shown(page)).length === 2);
    expect(hash(page)).toBe('#/?show=attention');
    await page.reload();
    await rowOf(page, docs).waitFor();
    expect(await shown(page)).toEqual([top, docs]);
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'audits' }).click();
    await rowOf(page, audit).waitFor();
    await page.getByRole('textbox', { name: 'Filter agents' }).fill('nobody at all');
    await page.getByRole('button', { name: 'Show all' }).click();
    await waitFor('all again', async () => (await shown(page)).length === 3);
    // What is looked for in the log beside the tree stays, whatever the tree shows.
    await goTo(page, `#/agents/${audit}/log?find=work&q=level:2`);
    const chip = page.getByRole('button', { name: /needs attention/ });
    await chip.click();
    await waitFor('both', () => hash(page) === `#/agents/${audit}/log?find=work&q=level%3A2&show=attention`);
    expect(await page.getByRole('button', { name: /needs attention/, pressed: true }).count()).toBe(1);
    await chip.click();
    await page.getByRole('button', { name: /needs attention/, pressed: false }).waitFor();
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'audits' }).click();
    await waitFor('the view', () => hash(page) === `#/agents/${audit}/log?find=work&q=level%3A2+audit`);
    expect(await page.getByRole('textbox', { name: 'Search the log' }).inputValue()).toBe('work');
    await page.getByRole('textbox', { name: 'Filter agents' }).fill('nobody at all');
    await page.getByRole('button', { name: 'Show all' }).click();
    await waitFor('no filter', () => hash(page) === `#/agents/${audit}/log?find=work`);
  });

  test('many are chosen by mouse and keyboard, and what is done to them is asked first and seen at once', async () => {
    const coordinator = await rig.start({ limits: { grace_seconds: 1 } });
    const ids: string[] = [];
    for (const name of ['one', 'two', 'three', 'four']) {
      ids.push(await deployOne(coordinator, { name, config: demo('@work 120s') }));
    }
    const [one = '', two = '', three = '', four = ''] = ids;
    const page = await rig.open(coordinator);
    await statusIs(page, four, 'running');
    await rowOf(page, one).click();
    await rowOf(page, three).click({ modifiers: ['Shift'] });
    await page.getByText('3 agents chosen').waitFor();
    await rowOf(page, two).click({ modifiers: ['Control'] });
    await page.getByText('2 agents chosen').waitFor();
    await tree(page).focus();
    await page.keyboard.press('Escape');
    await page.getByText('agents chosen').waitFor({ state: 'detached' });
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Control+ ');
    await page.keyboard.press('Shift+ArrowDown');
    await page.getByRole('button', { name: 'Pause', exact: true }).first().click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText('Pause 2 agents?').waitFor();
    await dialog.getByRole('button', { name: 'Pause 2 agents' }).click();
    await page.getByText('Paused 2 agents.').waitFor();
    await statusIs(page, one, 'paused');
    await statusIs(page, two, 'paused');
    expect(await rowOf(page, three).getAttribute('data-status')).toBe('running');
    await rowOf(page, one).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Resume' }).click();
    await dialog.getByRole('button', { name: 'Resume 2 agents' }).click();
    await statusIs(page, one, 'running');
    await tree(page).focus();
    await page.keyboard.press('Control+a');
    await page.getByText('4 agents chosen').waitFor();
    await page.keyboard.press('Delete');
    await dialog.getByText('Stop 4 agents?').waitFor();
    await dialog.getByRole('button', { name: 'Stop 4 agents' }).click();
    for (const id of ids) await statusIs(page, id, 'stopped');
    await page.getByText('Stopped 4 agents.').waitFor();
    await page.getByRole('button', { name: 'None' }).click();
    await rowOf(page, two).click();
    await page.getByRole('button', { name: 'Run again …' }).click();
    await dialog.getByText('Run again two?').waitFor();
    await dialog.getByRole('button', { name: 'Run again 1 agent' }).click();
    await statusIs(page, two, 'running');
  });

  test('an action that is refused leaves the row as it was and says why; a message that cannot be taken, too', async () => {
    const coordinator = await rig.start();
    const id = await deployOne(coordinator, { name: 'deaf', config: demo('@work 120s') });
    const page = await rig.open(coordinator);
    await statusIs(page, id, 'running');
    await page.route('**/pause', (route) =>
      route.fulfill({
        status: 503,
        contentType: 'application/problem+json',
        body: JSON.stringify({
          code: 'STORAGE_UNAVAILABLE',
          detail: 'The disk is full.',
          message: 'The disk is full.',
        }),
      }),
    );
    await rowOf(page, id).click();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByText(/deaf was not paused: .*disk is full/).waitFor();
    expect(await rowOf(page, id).getAttribute('data-status')).toBe('running');
    await page.unroute('**/pause');
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Message …' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('hello');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await dialog.getByText(/cannot be told|takes no|does not/).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  test.each(['light', 'dark'] as const)(
    'a newcomer gets to a running demo and to an agent of their own (%s)',
    async (colorScheme) => {
      const coordinator = await rig.start();
      const page = await rig.open(coordinator, '#/', { width: 1024, height: 640, colorScheme });
      await page.getByRole('heading', { name: 'No agents yet' }).waitFor();
      expect(await axeProblems(page)).toEqual([]);
      await page.getByRole('button', { name: 'Deploy an agent …' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name').fill('my first');
      await dialog.getByLabel('Runtime').fill('nothing');
      await dialog.getByLabel('Prompt').fill('@work 60s');
      await dialog.getByRole('button', { name: 'Deploy' }).click();
      await dialog.getByText(/nothing/).waitFor();
      await dialog.getByLabel('Runtime').fill('demo');
      await dialog.getByRole('button', { name: 'Deploy' }).click();
      await waitFor('it is selected', () => hash(page).startsWith('#/agents/'));
      await page.getByRole('heading', { name: 'my first' }).waitFor();
      expect(await axeProblems(page)).toEqual([]);
    },
  );
});
