/** The governing views in a real browser: what agents ask, who waits, how work is shared. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Locator, Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { createHttpClient } from '../../clients/typescript/http-client.ts';
import type { TestCoordinator } from '../rig/coordinator.ts';
import { dashboardRig, deployOne, goTo } from '../rig/dashboard.ts';
import { valueOf } from '../rig/result.ts';
import { waitFor } from '../rig/wait-for.ts';

const rig = dashboardRig();
const sleepers = {
  default_runtime: 'sleeper',
  runtimes: { sleeper: { kind: 'command', command: '/bin/sleep', args: ['300'], prompt: 'file' } },
  report: { required: false },
};

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What the accessibility checker finds, light and dark. */
async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axeSource);
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const found = await page.evaluate(
      `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
         violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html, any }) => html.slice(0, 200) + ' ' + any.map(({ message }) => message).join()).join(' | ')))`,
    );
    expect(found, colorScheme).toEqual([]);
  }
}

/** Nothing is wider than the window, at the smallest size and at 200 % zoom. */
async function expectFits(page: Page): Promise<void> {
  for (const size of [{ width: 1024, height: 640 }, { width: 640, height: 400 }, { width: 1280, height: 800 }]) {
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
    expect(await card(page, first).locator('.agent-path').innerText()).toMatch(/L0\s*›\s*L1\s*overwatch\s*›\s*L2.1\s*scanner/);
    expect(await card(page, second).innerText()).toContain('ls ⟨U+202E⟩');
    expect(await card(page, first).innerText()).not.toContain('line 59');
    await card(page, first).getByRole('button', { name: /Show all/ }).click();
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

    const many = [];
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
