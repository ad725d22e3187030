/** The log viewer: search through all of a log, a transcript of a run, hostile output, and saving. */
import { appendFileSync, existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { axeProblems } from '../rig/axe.ts';
import { dashboardRig, deployOne, goTo } from '../rig/dashboard.ts';
import { waitFor } from '../rig/wait-for.ts';

const rig = dashboardRig();
const told = { report_required: false, prompt: 'x' };
const config = {
  runtimes: {
    long: { kind: 'command', command: '/bin/sh', args: ['-c', 'seq 1 200000; echo "the Needle is here"; seq 1 50000'] },
    file: { kind: 'command', command: '/bin/sh', args: ['-c', 'cat transcript.jsonl'] },
    quiet: { kind: 'command', command: '/bin/true' },
    alive: { kind: 'command', command: '/bin/sleep', args: ['120'] },
  },
};
const logOf = (page: Page): Locator => page.getByRole('region', { name: /^Log of/ });

const lines = [
  {
    type: 'system',
    subtype: 'init',
    cwd: '/work',
    session_id: 's1',
    tools: ['Bash'],
    mcp_servers: [],
    model: 'sonnet',
  },
  { type: 'assistant', message: { content: [{ type: 'thinking', thinking: 'let me see' }] } },
  { type: 'assistant', message: { content: [{ type: 'text', text: 'I look <b>first</b>.' }] } },
  {
    type: 'assistant',
    message: { content: [{ type: 'tool_use', id: 't1', name: 'Bash', input: { command: 'ls -la' } }] },
  },
  {
    type: 'user',
    message: {
      content: [
        {
          type: 'tool_result',
          tool_use_id: 't1',
          content: Array.from({ length: 30 }, (_, at) => `file ${at}`).join('\n'),
        },
      ],
    },
  },
  { type: 'system', subtype: 'api_retry', attempt: 1, max_retries: 10, error_status: 529, error: 'overloaded' },
  {
    type: 'result',
    subtype: 'success',
    is_error: false,
    num_turns: 2,
    duration_ms: 65000,
    total_cost_usd: 0.25,
    usage: { input_tokens: 1200, output_tokens: 60 },
  },
];

/** Which of them are wholly in view in their log. */
const seen = (elements: readonly Element[]): boolean[] =>
  elements.map((element) => {
    const log = element.closest('.log-lines');
    if (log === null) return false;
    const [inner, outer] = [element.getBoundingClientRect(), log.getBoundingClientRect()];
    return (
      inner.top >= outer.top &&
      inner.bottom <= outer.top + log.clientHeight &&
      inner.left >= outer.left &&
      inner.right <= outer.left + log.clientWidth
    );
  });
const isInView = async (place: Locator): Promise<boolean> => (await place.evaluateAll(seen)).includes(true);

/** Goes on by a key from match to match, and sees each where it was gone to. */
async function stepThrough(page: Page, key: string, places: readonly number[]): Promise<void> {
  const match = logOf(page).locator('.log-gone-to');
  for (const place of places) {
    await page.keyboard.press(key);
    await page.getByText(new RegExp(`^${place} of \\d+$`)).waitFor();
    await waitFor(`match ${place} in view`, async () => (await match.count()) === 1 && isInView(match));
  }
}

describe('the log viewer', () => {
  test('each match that is gone to comes into view, far right in a line that is not wrapped, too, and again', async () => {
    const coordinator = await rig.start(config);
    const id = await deployOne(coordinator, { config: { runtime: 'quiet', ...told } });
    await coordinator.ended(id);
    const odd = 'é\u001b[31m€\u001b[0m𝄞 '.repeat(400);
    const line = `hit-a${odd}hit-b${odd}hit-c`;
    const lines = [...Array<string>(300).fill('plain'), `hit-0`, line, ...Array<string>(300).fill('plain'), line];
    appendFileSync(coordinator.path('logs', `${id}.log`), `${lines.join('\n')}\n`);
    const page = await rig.open(coordinator, `#/agents/${id}/log?full`, { width: 900, height: 500 });
    await page.getByRole('button', { name: 'Wrap' }).click();
    await page.getByRole('textbox', { name: 'Search the log' }).fill('hit-');
    await page.getByText('7 matches', { exact: true }).waitFor();
    const log = logOf(page);
    const after = () => log.locator('.log-gone-to').evaluate((match) => match.nextSibling?.textContent?.[0] ?? '');
    const followed: string[] = [];
    for (const place of [1, 2, 3, 4, 5, 6, 7, 1, 7, 6, 5]) {
      await stepThrough(page, followed.length < 8 ? 'F3' : 'Shift+F3', [place]);
      followed.push(await after());
    }
    expect(followed.join('')).toBe('0abcabc0cba');
    // The same one, after the reader went elsewhere.
    await page.getByRole('textbox', { name: 'Search the log' }).fill('hit-0');
    await page.getByText('1 match', { exact: true }).waitFor();
    await stepThrough(page, 'F3', [1]);
    await log.hover();
    for (const [right, down] of [
      [2000, 0],
      [0, 2000],
    ] as const) {
      await page.mouse.wheel(right, down);
      await waitFor('elsewhere', async () => !(await isInView(log.locator('.log-gone-to'))));
      await stepThrough(page, 'F3', [1]);
    }
  });

  test('each match of a long transcript comes into view, in what is folded away, too', async () => {
    const coordinator = await rig.start(config);
    const said = (at: number): string => {
      const content =
        at % 26 === 0
          ? [
              { type: 'text', text: `${'words '.repeat(at % 400)}needle` },
              { type: 'tool_use', id: `t${at}`, name: 'Bash', input: { command: 'ls', after: 'a needle' } },
            ]
          : [{ type: 'text', text: 'hay '.repeat(at % 60) }];
      return JSON.stringify({ type: 'assistant', message: { content } });
    };
    const result = { tool_use_id: 't', content: `${'row\n'.repeat(300)}needle\n${'row\n'.repeat(300)}` };
    const told5200 = Array.from({ length: 5200 }, (_, at) => said(at + 1));
    told5200.push(JSON.stringify({ type: 'user', message: { content: [{ type: 'tool_result', ...result }] } }));
    writeFileSync(coordinator.path('transcript.jsonl'), `${told5200.join('\n')}\n`);
    const id = await deployOne(coordinator, { config: { runtime: 'file', ...told } });
    await coordinator.ended(id);
    const page = await rig.open(coordinator, `#/agents/${id}/log?full`, { width: 900, height: 500 });
    await page.getByRole('textbox', { name: 'Search the log' }).fill('needle');
    await page.getByText('401 matches', { exact: true }).waitFor();
    await stepThrough(page, 'Shift+F3', [401, 400, 399, 398, 397]);
    await stepThrough(page, 'F3', [398, 399, 400]);
    // What the reader closes opens again for what is in it.
    const call = logOf(page).locator('.log-current').getByRole('button', { name: /^Bash/ });
    await call.click();
    expect(await call.getAttribute('aria-expanded')).toBe('false');
    await stepThrough(page, 'F3', [401]);
    await stepThrough(page, 'Shift+F3', [400]);
    expect(await call.getAttribute('aria-expanded')).toBe('true');
    await stepThrough(page, 'F3', [401, 1, 2, 3, 4]);
    await page.getByRole('button', { name: 'Raw' }).click();
    await stepThrough(page, 'F3', [5, 6, 7]);
  });

  test('searches all of a log, goes to what it finds, and says what is no pattern', async () => {
    const coordinator = await rig.start(config);
    const id = await deployOne(coordinator, { config: { runtime: 'long', ...told } });
    await coordinator.ended(id);
    const page = await rig.open(coordinator, `#/agents/${id}/log`);
    await logOf(page).getByText('50000', { exact: true }).waitFor();
    await page.keyboard.press('Control+f');
    await page.keyboard.type('needle');
    await page.getByText('1 match', { exact: true }).waitFor();
    await page.keyboard.press('Enter');
    const match = logOf(page).locator('.log-current .log-match');
    await waitFor('the match is on screen', async () => (await match.textContent()) === 'Needle');
    await page.getByText('1 of 1', { exact: true }).waitFor();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy all matches' }).click();
    await page.getByText('1 line copied.').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('the Needle is here\n');
    await page
      .getByRole('button', { name: 'Capitals count' })
      .or(page.getByRole('button', { name: 'Aa' }))
      .first()
      .click();
    await page.getByText('no match', { exact: true }).waitFor();
    expect(await logOf(page).locator('.log-match').count()).toBe(0);
    await page.getByRole('button', { name: '.*' }).click();
    const field = page.getByRole('textbox', { name: 'Search the log' });
    await field.fill('^1999[0-9]{2}$');
    await page.getByText('100 matches', { exact: true }).waitFor();
    await logOf(page).focus();
    await page.keyboard.press('F3');
    await page.keyboard.press('F3');
    await page.keyboard.press('Shift+F3');
    await page.getByText('1 of 100', { exact: true }).waitFor();
    await page.keyboard.press('/');
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
    await field.fill('(');
    await page.getByText(/Invalid regular expression/).waitFor();
    await field.fill('');
    await page.getByRole('button', { name: 'Start' }).click();
    await logOf(page).getByText('1', { exact: true }).waitFor();
  });

  test.each(['light', 'dark'] as const)(
    'tells a run as said, thought and done, and shows it as it was written when asked (%s)',
    async (colorScheme) => {
      const coordinator = await rig.start(config);
      writeFileSync(
        coordinator.path('transcript.jsonl'),
        `${lines.map((line) => JSON.stringify(line)).join('\n')}\nnot json <i>at all</i>\n`,
      );
      const id = await deployOne(coordinator, { config: { runtime: 'file', ...told } });
      await coordinator.ended(id);
      const page = await rig.open(coordinator, `#/agents/${id}/log?full`, { colorScheme });
      const log = logOf(page);
      await log.getByText('I look <b>first</b>.').waitFor();
      await log.getByText('End: success · 2 turns · 1m 05s · 1.2k tokens in · 60 out · $0.25').waitFor();
      await log.getByText(/answered 529/).waitFor();
      await log.getByText('not json <i>at all</i>').waitFor();
      expect(await log.locator('b, i').count()).toBe(0);
      expect(await log.getByText('file 29').count()).toBe(0);
      await log.getByRole('button', { name: /Result/ }).click();
      await log.getByText('file 29').waitFor();
      await log.getByRole('button', { name: /Bash: ls -la/ }).click();
      await log.getByText('"command": "ls -la"').waitFor();
      expect(await axeProblems(page)).toEqual([]);
      await page.getByRole('button', { name: 'Raw' }).click();
      await log.getByText('{"type":"system","subtype":"init"').waitFor();
      await page.reload();
      await log.getByText('{"type":"system","subtype":"init"').waitFor();
    },
  );

  test('numbers the lines of a long log, goes to a time, and loads what lies behind it', async () => {
    const coordinator = await rig.start(config);
    const id = await deployOne(coordinator, { config: { runtime: 'quiet', ...told } });
    await coordinator.ended(id);
    const at = (second: number): string => new Date(Date.UTC(2025, 10, 9, 10, 0, second)).toISOString();
    const stepped = Array.from({ length: 40_000 }, (_, step) => `${at(step)} step ${step} is done\n`).join('');
    appendFileSync(coordinator.path('logs', `${id}.log`), stepped);
    const page = await rig.open(coordinator, `#/agents/${id}/log`, { width: 640, height: 500 });
    const line = (step: number) => logOf(page).locator('.log-line', { hasText: `step ${step} is` });
    const numberOf = (step: number) => line(step).getAttribute('data-number');
    await line(39_999).waitFor();
    await waitFor('the true number', async () => (await numberOf(39_999)) === '40000');
    const field = page.getByRole('textbox', { name: 'Go to time' });
    await field.fill('soon');
    await field.press('Enter');
    await page.getByText('"soon" is no time.').waitFor();
    await field.fill(at(20_000));
    await field.press('Enter');
    await logOf(page).locator('.log-current', { hasText: 'step 20000 is' }).waitFor();
    await waitFor('its number', async () => (await numberOf(20_000)) === '20001');
    expect(await line(20_000).getAttribute('data-time')).toMatch(/^\d\d:33:20$/);
    expect(await line(20_000).textContent()).toBe(`${at(20_000)} step 20000 is done`);
    const behind = page.getByText('of later output are not shown');
    const before = await behind.textContent();
    await page.getByRole('button', { name: 'Load later' }).click();
    await waitFor('less behind it', async () => (await behind.textContent()) !== before);
    expect(await numberOf(20_000)).toBe('20001');
    expect(await axeProblems(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
  });

  test('an expression that never comes back is ended, and does not hold the page', async () => {
    const coordinator = await rig.start(config);
    const id = await deployOne(coordinator, { config: { runtime: 'alive', ...told } });
    await waitFor('its log', () => existsSync(coordinator.path('logs', `${id}.log`)));
    appendFileSync(coordinator.path('logs', `${id}.log`), `${'a'.repeat(60)}!\nplain\n`);
    const page = await rig.open(coordinator, `#/agents/${id}/log`);
    await logOf(page).getByText('plain').waitFor();
    await page.getByRole('button', { name: '.*' }).click();
    const field = page.getByRole('textbox', { name: 'Search the log' });
    await field.fill('(a+)+$');
    await page.getByText('The pattern takes too long').waitFor();
    await field.fill('pl.in');
    await page.getByText('1 match', { exact: true }).waitFor();
    await field.press('Enter');
    await waitFor('its line', async () => (await logOf(page).locator('.log-current').textContent()) === 'plain');
    // A line that comes later, and that the worker never saw.
    await field.fill('(b+)+$');
    await page.getByText('no match', { exact: true }).waitFor();
    appendFileSync(coordinator.path('logs', `${id}.log`), `${'b'.repeat(60)}!\n`);
    await page.getByRole('button', { name: /↓$/ }).click();
    await logOf(page)
      .getByText(`${'b'.repeat(60)}!`)
      .waitFor();
    expect(await logOf(page).locator('.log-match').count()).toBe(0);
  });

  test('stays usable with a line of megabytes, and saves the log as it is', async () => {
    const coordinator = await rig.start(config);
    const id = await deployOne(coordinator, { config: { runtime: 'quiet', ...told } });
    await coordinator.ended(id);
    const file = coordinator.path('logs', `${id}.log`);
    appendFileSync(
      file,
      `${'x'.repeat(2_000_000)}\u001b[38;2;255;170;51mMIDDLE\u001b[0m${'x'.repeat(3_000_000)}END\n\u001b]8;;http://127.0.0.1:9/\u0007link\u001b]8;;\u0007 \u202Egnp.exe\n\u001b[38;2;255;170;51mORANGE\u001b[0m\n`,
    );
    const page = await rig.open(coordinator, '#/', { colorScheme: 'dark' });
    await goTo(page, `#/agents/${id}/log`);
    await logOf(page).getByText('link ⟨U+202E⟩gnp.exe').waitFor();
    expect(await logOf(page).locator('a').count()).toBe(0);
    const orange = logOf(page).getByText('ORANGE');
    expect(await orange.evaluate((element) => getComputedStyle(element).color)).toBe('rgb(255, 170, 51)');
    const field = page.getByRole('textbox', { name: 'Search the log' });
    const match = logOf(page).locator('.log-gone-to');
    await field.fill('middle');
    await page.getByText('1 match', { exact: true }).waitFor();
    await field.press('Enter');
    await waitFor('the match is on screen', async () => (await match.textContent()) === 'MIDDLE' && isInView(match));
    expect(await match.evaluate((element) => element.className)).toContain('ansi-fg-exact');
    // Its line stays open, and where it is, when the search is over.
    const top = () => logOf(page).evaluate((log) => log.scrollTop);
    const before = await top();
    await field.fill('');
    await match.waitFor({ state: 'detached' });
    expect([await logOf(page).getByText('more in this line').count(), await top()]).toEqual([0, before]);
    expect(await isInView(logOf(page).getByText('MIDDLE'))).toBe(true);
    await page.getByRole('button', { name: 'Start' }).click();
    await logOf(page)
      .getByText(/^… [\d.]+ [KM]B more in this line$/)
      .click();
    expect(await logOf(page).getByText('more in this line').count()).toBe(0);

    // More than a page could hold in memory.
    truncateSync(file, 70 * 1024 * 1024);
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the log' }).click();
    const saved = await saving;
    expect(saved.suggestedFilename()).toBe(`${id}.log`);
    expect(readFileSync(await saved.path()).equals(readFileSync(file))).toBe(true);
  });
});
