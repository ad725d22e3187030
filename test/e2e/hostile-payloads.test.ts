/** Over two hundred hostile texts as names, output, transcripts and reports of real agents, in every view: text, and nothing else. */
import { writeFileSync } from 'node:fs';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { valueOf } from '../rig/result.ts';
import { dashboardRig, deployOne, goTo } from '../rig/dashboard.ts';
import { waitFor } from '../rig/wait-for.ts';

const rig = dashboardRig();
const away = 'http://127.0.0.1:9';
const does = ['window.hit=1', `fetch('${away}/')`, `location='${away}/'`, `import('${away}/x.js')`];

const markup = does.flatMap((js) => [
  `<script>${js}</script>`,
  `<img src=x onerror="${js}">`,
  `<svg onload="${js}">`,
  `<svg><script>${js}</script></svg>`,
  `<iframe srcdoc="<script>${js}</script>"></iframe>`,
  `<body onload="${js}">`,
  `<details open ontoggle="${js}">`,
  `<math><mi xlink:href="javascript:${js}">x</mi></math>`,
  `<a href="javascript:${js}">a</a>`,
  `<input autofocus onfocus="${js}">`,
  `<video><source onerror="${js}"></video>`,
  `<object data="javascript:${js}"></object>`,
  `<style>@import '${away}/x.css';</style>`,
  `<link rel=stylesheet href="${away}/x.css">`,
  `<meta http-equiv=refresh content="0;url=${away}/">`,
  `<base href="${away}/">`,
  `<form action="${away}/"><button autofocus>go</button></form>`,
  `"><img src=${away}/x.png>`,
  `'-${js}-'`,
  `\${${js}}`,
  `{{constructor.constructor('${js}')()}}`,
  `javascript:${js}`,
]);
const markdown = does.flatMap((js) => [
  `[x](javascript:${js})`,
  `[x](<javascript:${js}>)`,
  `[x](data:text/html,<script>${js}</script>)`,
  `![x](${away}/x.png)`,
  `![x](data:image/svg+xml,<svg onload="${js}">)`,
  `<${away}/auto>`,
  `[x]: javascript:${js}\n\n[x]`,
  `[x][y]\n\n[y]: ${away}/ref`,
  `| <img src=x onerror="${js}"> |\n|---|\n| [x](javascript:${js}) |`,
  `\`\`\`html\n<script>${js}</script>\n\`\`\``,
  `~~<script>${js}</script>~~`,
  `[^1]: <script>${js}</script>\n\nnote[^1]`,
  `&lt;script&gt;${js}&lt;/script&gt; &#60;script&#62;`,
]);
const terminal = ['', ';id=1', ';;;'].flatMap((id) => [
  `\u001b]8${id};${away}/\u0007link\u001b]8;;\u0007`,
  `\u001b]8${id};javascript:window.hit=1\u001b\\link\u001b]8;;\u001b\\`,
  `\u001b]0;title${id}\u0007`,
  `\u001b]52;c;${id}aGl0\u0007`,
  `\u001b]1337;File=name=${id}:aGl0\u0007`,
  `\u001b[31m${id}<b>red</b>\u001b[0m`,
  `\u001b[2J\u001b[H${id}`,
  `\u001bP${id}q#0\u001b\\`,
  `\u009b31m${id}`,
]);
const bidi = [
  '\u202e',
  '\u202d',
  '\u2066',
  '\u2067',
  '\u2068',
  '\u200f',
  '\u061c',
  '\u2028',
  '\u2029',
  '\u0085',
].flatMap((act) => [`${act}gnp.exe`, `pay ${act}100$${act} now`, `a${act}<img src=x onerror=window.hit=1>`]);
const odd = [
  'A\u0300'.repeat(500),
  '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'.repeat(50),
  '\ufdfd'.repeat(200),
  '__proto__',
  'constructor',
  'toString',
  '../../etc/passwd',
  '%00',
  '%E0%A4%A',
  '#/settings',
  '=HYPERLINK("http://127.0.0.1:9/")',
  '*'.repeat(5000),
  '['.repeat(5000),
  '`'.repeat(3000),
  '_'.repeat(3000),
  '> '.repeat(1000),
];
const all = [...markup, ...markdown, ...terminal, ...bidi, ...odd];
/** What a name may hold: one line of at most 200 characters, without characters that act. */
const asName = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, 120) || 'x';

async function watched(page: Page, own: string) {
  const asked: string[] = [];
  page.context().on('request', (request) => {
    if (!request.url().startsWith(own) && !/^(?:blob|data):/.test(request.url())) asked.push(request.url());
  });
  page.context().on('page', (other) => asked.push(`window ${other.url()}`));
  await page.evaluate(`globalThis.broken = []; addEventListener('securitypolicyviolation', (event) =>
    broken.push(event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sample))`);
  return async () => ({
    asked,
    broken: await page.evaluate('broken'),
    hit: (await page.evaluate('window.hit ?? null')) as unknown,
    title: await page.title(),
    made: await page.evaluate(`[...document.querySelectorAll('#root :is(img, script, iframe, object, embed, video, form:not(.settings), base, meta, link, style, [onerror], [onload]), #root a:not([href^="#/"])')]
      .map((element) => element.outerHTML.slice(0, 200))`),
  });
}
const nothing = { asked: [], broken: [], hit: null, title: 'Ziggie', made: [] };

test('hostile texts run nothing, load nothing and make nothing, whatever view they are in', async () => {
  expect(all.length).toBeGreaterThanOrEqual(200);
  const coordinator = await rig.start({
    runtimes: { demo: { kind: 'demo' }, cat: { kind: 'command', command: '/bin/cat' } },
    limits: { max_running: 2, reserved_per_level: 0 },
  });
  const page = await rig.open(coordinator);
  const seen = await watched(page, coordinator.url);
  const told = all.map((text) => JSON.stringify({ type: 'assistant', message: { content: [{ type: 'text', text }] } }));
  const outputs = {
    raw: `${all.join('\n')}\nthe last line\n`,
    told: `${told.join('\n')}\n{"type":"result","subtype":"the last line"}\n`,
  };
  const logs: string[] = [];
  for (const [name, text] of Object.entries(outputs)) {
    writeFileSync(coordinator.path('prompts', `${name}.md`), text);
    const config = { runtime: 'cat', prompt_file: `prompts/${name}.md`, report_required: false };
    logs.push(await deployOne(coordinator, { name: asName(all[0] ?? ''), config }));
  }
  const reporter = await deployOne(coordinator, { name: 'reporter', config: { runtime: 'demo', prompt: '@until go' } });
  for (const id of logs) await coordinator.ended(id);
  await deployOne(coordinator, {
    name: 'at work',
    config: { runtime: 'demo', prompt: '@work 300s', report_required: false },
  });
  // All of them wait: the tree, the queue and their details show them.
  await Promise.all(
    all.map((text) =>
      deployOne(coordinator, { name: asName(text), config: { runtime: 'demo', prompt: text, report_required: false } }),
    ),
  );
  await page.getByText(`${all.length} queued`).waitFor();
  await page.getByRole('treegrid').focus();
  for (let at = 0; at < all.length + 8; at += 10) {
    await page.keyboard.press('PageDown');
    expect(await seen()).toEqual(nothing);
  }
  for (const id of logs) {
    await goTo(page, `#/agents/${id}/log?full`);
    const log = page.getByRole('region', { name: /^Log of/ });
    await log
      .getByText(/the last line/)
      .last()
      .waitFor();
    for (let up = 0; up < 12; up++) {
      await log.hover();
      await page.mouse.wheel(0, -1500);
      expect(await seen()).toEqual(nothing);
    }
  }
  const record = valueOf(await coordinator.client.get(reporter));
  for (const part of [all.slice(0, 90), all.slice(90, 150), all.slice(150)]) {
    writeFileSync(record.completion_report, `# Summary of ${reporter}\n\n${part.join('\n\n')}\n`);
    await goTo(page, '#/reports');
    await goTo(page, `#/reports/${reporter}`);
    await waitFor('the report', async () => (await page.locator('.markdown, .markdown-plain').count()) > 0);
    expect(await seen()).toEqual(nothing);
  }
  const main = page.getByRole('main');
  const views = [
    ['queue', main.getByRole('row').nth(5)],
    ['balance', main.getByRole('heading', { name: /[Pp]lan/ })],
    ['approvals', main.getByText(/[Nn]othing/).first()],
    ['history?who=all', main.getByRole('row').nth(2)],
    ['settings', main.getByRole('form', { name: 'Settings' })],
    [`agents/${reporter}/events`, main.getByText(/started|accepted/).first()],
  ] as const;
  for (const [view, shown] of views) {
    await goTo(page, `#/${view}`);
    await shown.waitFor();
    expect(await seen(), view).toEqual(nothing);
  }
});
