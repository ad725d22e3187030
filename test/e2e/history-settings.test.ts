/** The settings as a form over a real config.json, and the history of agents that have ended. */
import { readFileSync, writeFileSync } from 'node:fs';
import Papa from 'papaparse';
import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { axeProblems } from '../rig/axe.ts';
import type { TestCoordinator } from '../rig/coordinator.ts';
import { dashboardRig, demo, deployOne, goTo } from '../rig/dashboard.ts';
import { waitFor } from '../rig/wait-for.ts';

const rig = dashboardRig();
const hash = (page: Page): string => new URL(page.url()).hash;
const fileOf = (coordinator: TestCoordinator): Record<string, unknown> =>
  JSON.parse(readFileSync(coordinator.path('config.json'), 'utf8')) as Record<string, unknown>;
const setting = (page: Page, path: string) => page.locator(`[data-path="${path}"]`);

const secret = 'sk-not-to-be-seen';
const own = { kind: 'command', command: '/bin/sh', args: ['-s'], env: { API_KEY: secret } };

describe('settings', () => {
  test('are judged as they are typed, saved as what changed, and put back to their defaults', async () => {
    const coordinator = await rig.start({ limits: { max_running: 7 }, runtimes: { demo: { kind: 'demo' }, own } });
    const before = fileOf(coordinator);
    const page = await rig.open(coordinator, '#/settings', { width: 1024, height: 640 });
    await page.getByText(coordinator.path('config.json')).waitFor();
    await page.getByRole('button', { name: 'Copy the path of config.json' }).waitFor();
    expect(await axeProblems(page)).toEqual([]);
    await page.getByRole('link', { name: 'Limits' }).click();
    expect(hash(page)).toBe('#/settings/limits');
    const running = page.getByRole('textbox', { name: 'Running at once', exact: true });
    expect(await running.inputValue()).toBe('7');
    await setting(page, 'limits.max_running').getByText('changed', { exact: true }).waitFor();
    await running.fill('0');
    await setting(page, 'limits.max_running').getByText('Too small: expected number to be >=1, given 0').waitFor();
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    expect(await axeProblems(page)).toEqual([]);
    await running.fill('9');
    await page.getByRole('textbox', { name: 'Size of one log' }).fill('12.5');
    await page.getByRole('textbox', { name: 'Running at once by level' }).fill('2: 3');
    await page.getByText('3 changes not saved').waitFor();

    // Leaving asks first; another section is no leaving.
    await page.getByRole('link', { name: 'Fleet' }).click();
    await page.getByRole('button', { name: 'Stay' }).click();
    expect(hash(page)).toBe('#/settings/limits');
    await page.getByRole('link', { name: 'Report', exact: true }).click();
    await page.getByRole('switch', { name: 'Reports are required' }).uncheck();
    await page.getByText('4 changes not saved').waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/^Saved: .*limits\.log_limit_mb takes effect at the coordinator’s next start\.$/).waitFor();
    const changed = { max_running: 9, log_limit_mb: 12.5, max_running_per_level: { '2': 3 } };
    expect(fileOf(coordinator)).toEqual({ ...before, limits: changed, report: { required: false } });
    await goTo(page, '#/settings/updates');
    await page.getByText('This is a browser.').waitFor();
    await page.getByRole('combobox', { name: 'Updates' }).selectOption('notify');
    await setting(page, 'updates.feed').getByText('needed as soon as updates.channel is not "off"').waitFor();
    await page.getByRole('textbox', { name: 'Address of updates' }).fill('http://updates.example/ziggie');
    await setting(page, 'updates.feed').getByText('expected the folder of latest.yml as https://host/folder').waitFor();
    expect(await axeProblems(page)).toEqual([]);
    await page.getByRole('textbox', { name: 'Address of updates' }).fill('https://updates.example/ziggie');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved: updates.channel, updates.feed. In force now.').waitFor();
    await page.getByRole('button', { name: 'Reset to default: Updates', exact: true }).click();
    await page.getByRole('button', { name: 'Reset to default: Address of updates' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('2 changes not saved').waitFor({ state: 'detached' });
    await goTo(page, '#/settings/limits');
    await setting(page, 'limits.log_limit_mb').getByText('in force until then: 64').waitFor();
    await page.getByRole('button', { name: 'Reset to default: Running at once', exact: true }).click();
    expect(await running.inputValue()).toBe('100');
    await page.getByRole('button', { name: 'Save' }).click();
    await waitFor('the default counts', () => {
      const { limits } = fileOf(coordinator);
      return JSON.stringify(limits) === JSON.stringify({ log_limit_mb: 12.5, max_running_per_level: { '2': 3 } });
    });

    // What is discarded is gone, and then the way is free.
    await running.fill('3');
    await page.getByRole('link', { name: 'Fleet' }).click();
    await page.getByRole('button', { name: 'Discard and leave' }).click();
    await waitFor('it left', () => hash(page) === '#/');
  });

  test('that others change on disk are shown, beside what the person edits; a save against an older version is refused', async () => {
    const limits = { max_running: 7, max_depth: 2, log_limit_mb: 64 };
    const coordinator = await rig.start({ limits });
    const edit = (text: string): void => writeFileSync(coordinator.path('config.json'), text);
    const base = fileOf(coordinator);
    const page = await rig.open(coordinator, '#/settings/limits', { width: 1024, height: 768 });
    const box = (name: string) => page.getByRole('textbox', { name, exact: true });
    await box('Running at once').fill('9');
    await page.getByText('1 change not saved').waitFor();

    const edited = { ...limits, max_running: 8, max_depth: 3, log_limit_mb: 12 };
    edit(JSON.stringify({ ...base, limits: edited }));
    await page.getByText(/^config\.json was changed on disk at \d\d:\d\d:\d\d$/).waitFor();
    const lines = page.locator('[data-changed-path]');
    expect(await lines.allTextContents()).toEqual([
      'Running at once: 7 → 8. You have edited it: yours stays in the form, and Save replaces what is on disk',
      expect.stringMatching(/: 2 → 3$/),
      'Size of one log: 64 → 12, from the coordinator’s next start on',
    ]);
    expect(await box('Running at once').inputValue()).toBe('9');
    expect(await box('Size of one log').inputValue()).toBe('12');
    await setting(page, 'limits.log_limit_mb').getByText('in force until then: 64').waitFor();
    expect(await axeProblems(page)).toEqual([]);

    // Nothing of it is told to this page: the save must find out by itself.
    const meanwhile = { text: JSON.stringify({ ...base, limits: { ...edited, max_depth: 1 } }) };
    await page.route('**/api/coordinator/settings', async (route) => {
      if (route.request().method() === 'PATCH' && meanwhile.text !== '') edit(meanwhile.text);
      meanwhile.text = '';
      await route.continue();
    });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/was changed at .*Nothing was changed\. Get the settings again/).waitFor();
    expect(fileOf(coordinator)['limits']).toEqual({ ...edited, max_depth: 1 });
    await waitFor('the newest is shown', async () => (await lines.allTextContents())[1]?.endsWith(': 2 → 1') === true);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved: limits.max_running. In force now.').waitFor();
    expect(fileOf(coordinator)['limits']).toEqual({ ...edited, max_depth: 1, max_running: 9 });
    await lines.first().waitFor({ state: 'detached' });

    // A broken file: the words of the log, the values in force, and no save.
    await box('Running at once').fill('4');
    edit('{"limits": {"max_runing": 3}}');
    await page.getByText(/^config\.json was changed on disk at .* and is not valid$/).waitFor();
    const said = (await page.getByText(/limits\.max_runing: unknown key; did you mean/).textContent()) ?? '';
    expect(coordinator.output).toContain(said);
    expect(await box('Running at once').inputValue()).toBe('4');
    expect(await box('Size of one log').inputValue()).toBe('64');
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    expect(await axeProblems(page)).toEqual([]);
    edit(JSON.stringify({ ...base, limits: { max_running: 4 } }));
    await page.getByText('1 change not saved').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Got it' }).click();
    await lines.first().waitFor({ state: 'detached' });
    expect(await box('Running at once').inputValue()).toBe('4');
  });

  test('of runtimes are a list that shows no secret, and the theme is the browser’s own', async () => {
    const coordinator = await rig.start({ runtimes: { demo: { kind: 'demo' }, own } });
    const page = await rig.open(coordinator, '#/settings/runtimes', { colorScheme: 'dark' });
    const entry = page.getByRole('region', { name: 'own' });
    await entry.getByText('API_KEY').waitFor();
    await entry.getByRole('textbox', { name: 'Arguments' }).fill('-s\n-e');
    await page.getByRole('textbox', { name: 'Name of a new runtime' }).fill('claude');
    await page.getByText('There is a runtime of this name.').waitFor();
    await page.getByRole('textbox', { name: 'Name of a new runtime' }).fill('other');
    await page.getByRole('button', { name: 'Add runtime' }).click();
    const other = page.getByRole('region', { name: 'other' });
    await other.getByText('Invalid input: expected string, received undefined, given nothing').waitFor();
    await other.getByRole('textbox', { name: 'Command' }).fill('/bin/true');
    expect(await axeProblems(page)).toEqual([]);
    expect(await page.content()).not.toContain(secret);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(/^Saved: runtimes\. It takes effect/).waitFor();
    expect(fileOf(coordinator)['runtimes']).toEqual({
      demo: { kind: 'demo' },
      own: { ...own, args: ['-s', '-e'] },
      other: { kind: 'command', command: '/bin/true' },
    });
    await page.getByRole('link', { name: 'Appearance' }).click();
    const isDark = () => page.evaluate('document.documentElement.dataset.scheme === "dark"');
    expect(await isDark()).toBe(true);
    await page.getByRole('radio', { name: 'Light' }).check();
    await waitFor('it is light', async () => !(await isDark()));
    await page.reload();
    expect(await page.getByRole('radio', { name: 'Light' }).isChecked()).toBe(true);
    expect(await axeProblems(page)).toEqual([]);
    expect(await isDark()).toBe(false);
  });
});

const shownIds = (page: Page): Promise<(string | null)[]> =>
  page
    .getByRole('table', { name: 'History' })
    .locator('[data-agent]')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-agent')));

async function downloaded(page: Page, button: string): Promise<string> {
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: button, exact: true }).click();
  return readFileSync(await (await saving).path(), 'utf8');
}

describe('history', () => {
  test('lists who has ended, filters and sorts in the address, and exports what is shown', async () => {
    const coordinator = await rig.start();
    const page = await rig.open(coordinator, '#/history', { width: 1024, height: 640, colorScheme: 'dark' });
    await page.getByText('No agent has ended yet.').waitFor();
    const good = await deployOne(coordinator, { name: '=1+1 <b>good</b>', config: demo('@say hello') });
    const bad = await deployOne(coordinator, { agent_type: 'L2.1', name: 'bad', config: demo('@exit 3') });
    const worse = await deployOne(coordinator, { name: 'worse', config: demo('@exit 4') });
    const busy = await deployOne(coordinator, { name: 'busy', config: demo('@work 60s') });
    for (const id of [good, bad, worse]) await coordinator.ended(id);
    const table = page.getByRole('table', { name: 'History' });
    await waitFor('the ended ones', async () => (await shownIds(page)).length === 3);
    await page.getByText('Success33 %').waitFor();
    expect(await axeProblems(page)).toEqual([]);

    await table.getByRole('button', { name: 'Agent' }).click();
    expect(await table.getByRole('columnheader', { name: 'Agent' }).getAttribute('aria-sort')).toBe('ascending');
    expect(await shownIds(page)).toEqual([good, worse, bad]);
    await page.getByRole('button', { name: /exit 3/ }).click();
    await waitFor('the one with this reason', async () => (await shownIds(page)).length === 1);
    await page
      .getByRole('list', { name: 'Filters' })
      .getByRole('button', { name: /exit 3/ })
      .click();
    await page.getByRole('button', { name: 'Level' }).click();
    await page.getByRole('menuitemcheckbox', { name: /^L1/ }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('checkbox', { name: 'Unfinished too' }).check();
    await waitFor('level 1', async () => (await shownIds(page)).length === 3);
    expect(hash(page)).toBe('#/history?all=1&level=1&sort=agent.asc');
    await page.reload();
    await waitFor('the same', async () => (await shownIds(page)).length === 3);
    expect(await shownIds(page)).toEqual([good, busy, worse]);
    expect(await axeProblems(page)).toEqual([]);

    const { data } = Papa.parse<Record<string, string>>(await downloaded(page, 'CSV'), {
      header: true,
      skipEmptyLines: true,
    });
    expect(data.map(({ agent_id, name }) => [agent_id, name])).toEqual([
      [good, "'=1+1 <b>good</b>"],
      [busy, 'busy'],
      [worse, 'worse'],
    ]);
    const records = JSON.parse(await downloaded(page, 'JSON')) as { agent_id: string; status: string }[];
    expect(records.map(({ agent_id, status }) => [agent_id, status])).toEqual([
      [good, 'completed'],
      [busy, 'running'],
      [worse, 'failed'],
    ]);

    await page.getByRole('textbox', { name: 'Search the history' }).fill('nobody');
    await page.getByRole('button', { name: 'Show all' }).click();
    await table.getByRole('link', { name: /good/ }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await waitFor('the agent', () => hash(page).startsWith('#/agents/'));
  });
});
