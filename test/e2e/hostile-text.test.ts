/** What agents print and call themselves, in the viewer of a real browser: text, whatever it would like to be. */
import { writeFileSync } from 'node:fs';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage } from '../rig/browser.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { valueOf } from '../rig/result.ts';
import { waitFor } from '../rig/wait-for.ts';

let browser: Browser;
let coordinator: TestCoordinator;
beforeAll(async () => {
  browser = await launchBrowser();
  coordinator = await TestCoordinator.start({
    config: {
      default_runtime: 'cat',
      runtimes: { cat: { kind: 'command', command: '/bin/cat' } },
      report: { required: false },
    },
  });
});
afterAll(async () => {
  await browser.close();
  await coordinator.dispose();
});

const last = 'the last line';

/** An agent of that name that prints `output` and ends, shown by the dashboard with its log open. */
async function shown(name: string, output: string) {
  writeFileSync(coordinator.path('prompts', 'said.md'), output);
  const config = { prompt_file: 'prompts/said.md' };
  const { agent_id } = valueOf(await coordinator.client.deploy({ agent_type: 'L1', name, config })).record;
  await coordinator.ended(agent_id);
  const opened = await openPage(browser, 'about:blank');
  const { page } = opened;
  const asked: string[] = [];
  const dialogs: string[] = [];
  page.context().on('request', (request) => asked.push(`${request.method()} ${request.url()}`));
  page.context().on('page', (other) => asked.push(`window ${other.url()}`));
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  await page.addInitScript(() => {
    const broken: string[] = [];
    Object.assign(globalThis, { broken });
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      broken.push(`${violatedDirective} ${blockedURI}`),
    );
  });
  await page.goto(`${coordinator.url}/#/agents/${agent_id}/log`);
  const field = page.getByLabel('Or paste the operator token');
  await field.fill(coordinator.token);
  await field.press('Enter');
  const log = page.getByRole('region', { name: /^Log of/ });
  await log.getByText(last).waitFor();
  return {
    log,
    page,
    dialogs,
    /** Everything the page asked for that it does not need. */
    strange: () =>
      asked.filter(
        (one) =>
          !one.startsWith(`GET ${coordinator.url}/`) &&
          !/^POST \S+\/api\/ticket$/.test(one) &&
          !one.startsWith('GET data:'),
      ),
    broken: () => page.evaluate(() => (globalThis as unknown as { broken: string[] }).broken),
    close: async () => {
      expect(opened.problems).toEqual([]);
      await opened.close();
    },
  };
}

const markup = [
  `<img src=x onerror="fetch('/api/coordinator/deploy',{method:'POST'})">`,
  `"><script>fetch('/api/coordinator/deploy',{method:'POST'})</script>`,
  `<svg/onload=alert(1)>`,
  `<iframe srcdoc="<script>parent.owned=1</script>"></iframe>`,
  `<a href="javascript:alert(1)">x</a>`,
  `[x](javascript:alert(1)) ![y](http://evil.test/z.png)`,
  `<style>@import url(http://evil.test/a.css)</style>`,
  `<meta http-equiv=refresh content="0;url=http://evil.test/">`,
  `<base href="http://evil.test/">`,
  `<form action=http://evil.test/><button autofocus onfocus=alert(1)>`,
  `<math><mtext></table><img src=1 onerror=alert(1)>`,
  '{{constructor.constructor("alert(1)")()}}',
  '\u202egnp.exe\u202c',
];

test('case 72: markup in a log and in a name is shown letter by letter, and does nothing', async () => {
  const name = `"><script>1</script><img src=x onerror=alert(1)>`;
  const { log, page, dialogs, strange, broken, close } = await shown(name, `${markup.join('\n')}\n${last}\n`);
  await page.getByRole('heading', { name }).waitFor();
  const lines = await log.locator('.log-line').allTextContents();
  for (const line of markup.slice(0, -1)) expect(lines).toContain(line);
  expect(
    await page.locator('img, iframe, base, meta[http-equiv], form[action*=evil], a[href^=javascript]').count(),
  ).toBe(0);
  expect(await page.evaluate(() => 'owned' in globalThis)).toBe(false);
  expect([dialogs, strange(), await broken()]).toEqual([[], [], []]);
  expect(coordinator.journal().filter(({ event }) => event.type === 'agent_accepted').length).toBe(1);
  await close();
});

test('case 73: what would take over a terminal reaches the page as no control byte, and makes no link', async () => {
  const output = [
    'title \u001b]0;PWN\u0007 set',
    'clear \u001b[2J\u001b[H\u001bc it',
    'link \u001b]8;;javascript:alert(1)\u0007x\u001b]8;;\u0007 here',
    'link \u001b]8;;http://evil.test/\u001b\\y\u001b]8;;\u001b\\ there',
    'copy \u001b]52;c;cm0gLXJmIC8=\u0007 that',
    'device \u001bP$q"p\u001b\\ asked',
    'c1 \u009b2J \u009d0;PWN\u009c end',
    'bell \u0007 back \b null \0 delete \u007f done',
    'colour \u001b[31mred\u001b[0m stays',
  ];
  const { log, page, dialogs, strange, broken, close } = await shown('controls', `${output.join('\n')}\n${last}\n`);
  const text = (await log.textContent()) ?? '';
  expect(text.match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g)).toBeNull();
  for (const word of ['set', 'it', 'here', 'there', 'that', 'asked', 'end', 'done']) expect(text).toContain(word);
  expect(await log.locator('.ansi-fg-1').textContent()).toBe('red');
  expect(await log.locator('a').count()).toBe(0);
  expect(await page.title()).not.toContain('PWN');
  expect([dialogs, strange(), await broken()]).toEqual([[], [], []]);
  await waitFor('all lines', async () => (await log.locator('.log-line').count()) === output.length + 1);
  await close();
});
