/** The report checker and the tabs of an agent, with agents whose reports are good, missing, wrong and hostile. */
import { writeFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import type { TestCoordinator } from '../rig/coordinator.ts';
import { axeProblems } from '../rig/axe.ts';
import { dashboardRig, deployOne, goTo } from '../rig/dashboard.ts';
import { waitFor } from '../rig/wait-for.ts';

const rig = dashboardRig();

/** Its prompt is a shell script, and its report the file that `$ZIGGIE_REPORT_FILE` names. */
const script = { kind: 'command', command: '/bin/sh', args: ['-s'] };
const config = { runtimes: { demo: { kind: 'demo' }, script } };
const demo = (prompt: string) => ({ runtime: 'demo', prompt });

const hostile = [
  '# Summary <script>window.hit = 1</script>',
  '<img src=x onerror="window.hit = 1"> ![p](http://127.0.0.1:9/pixel.png) [go](javascript:window.hit=1)',
  '[out](http://127.0.0.1:9/) <http://127.0.0.1:9/auto> http://127.0.0.1:9/bare',
  '| a | b |\n|---|---|\n| <iframe src="http://127.0.0.1:9/"></iframe> | \u202Egnp.exe |',
  '&copy; &lt;b&gt; &#x202E; &unknown;',
  '- [x] done\n\n```html\n<b>bold</b>\n```',
].join('\n\n');

async function written(coordinator: TestCoordinator, agentId: string, text: string): Promise<void> {
  const answer = await coordinator.client.get(agentId);
  if (!answer.ok) throw new Error(answer.failure.message);
  writeFileSync(answer.value.completion_report, text);
}

const requestsElsewhere = (page: Page, own: string): string[] => {
  const seen: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(own) && !request.url().startsWith('blob:')) seen.push(request.url());
  });
  return seen;
};

const hasFocus = (place: Locator): Promise<boolean> => place.evaluate((element) => element === document.activeElement);
const isInView = (place: Locator): Promise<boolean> =>
  place.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return top >= 0 && bottom <= window.innerHeight;
  });

describe('reports', () => {
  test.each(['light', 'dark'] as const)(
    'are listed by verdict, and what is wrong stands beside its line (%s)',
    async (colorScheme) => {
      const coordinator = await rig.start(config);
      const good = await deployOne(coordinator, { name: 'good one', config: demo('@report All is well.') });
      const missing = await deployOne(coordinator, { name: 'forgetful', config: demo('@work 1s') });
      const wrong = await deployOne(coordinator, { name: 'sloppy', config: demo('@until go') });
      await waitFor('it works', async () => (await coordinator.client.get(wrong)).ok);
      const long = 'As planned.\n\n'.repeat(60);
      const items = '- kept\n- wrote `src/none.ts`\n- tidied\n';
      const text = `## Summary\n\nDone, see \`nowhere/at/all.txt\`.\n\n${long}${items}`;
      await written(coordinator, wrong, `# Report of ${wrong}\n\n${text}`);
      writeFileSync(coordinator.path('go'), '');
      for (const id of [good, missing, wrong]) await coordinator.ended(id);
      const page = await rig.open(coordinator, '#/reports', { width: 1024, height: 640, colorScheme });
      const list = page.getByRole('navigation', { name: 'Reports' });
      await list.getByRole('heading', { name: 'Missing 1' }).waitFor();
      await list.getByRole('heading', { name: 'With problems 1' }).waitFor();
      await list.getByRole('link', { name: /good one/ }).click();
      await page.getByText('All is well.').first().waitFor();
      await list.getByRole('link', { name: /forgetful/ }).click();
      await page.getByText(/^No report\. It ended at/).waitFor();
      await list.getByRole('link', { name: /sloppy/ }).click();
      const problems = page.getByRole('list', { name: 'Problems' });
      await problems.getByText('section_missing').first().waitFor();
      const places = problems.getByRole('button', { name: /^Line \d+$/ });
      const marks = page.getByRole('button', { name: /^Problem: Line \d+: .* file_not_found$/ });
      expect([await places.count(), await marks.count()]).toEqual([2, 2]);
      expect(await axeProblems(page)).toEqual([]);
      await places.last().click();
      const mark = page
        .getByRole('listitem')
        .filter({ hasText: 'src/none.ts' })
        .getByRole('button', { name: /^Problem: Line 128:/ });
      expect(await hasFocus(mark)).toBe(true);
      await waitFor('the item in view', () => isInView(mark));
      await mark.hover();
      await page.getByRole('tooltip').getByText('file_not_found').waitFor();
      await mark.press('Enter');
      expect(await hasFocus(places.last())).toBe(true);
      await waitFor('the list in view', () => isInView(places.last()));
      await page.getByRole('switch', { name: 'As written' }).click();
      await places.first().click();
      expect(await hasFocus(marks.first())).toBe(true);
      await page.getByRole('switch', { name: 'As written' }).click();
      // Where there is no room beside the text, the words stand above the block.
      await page.setViewportSize({ width: 480, height: 640 });
      await mark.getByText('file_not_found').waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(
        0,
      );
      expect(await axeProblems(page)).toEqual([]);
      await page.setViewportSize({ width: 1024, height: 640 });
      await page.reload();
      await problems.getByText('section_missing').first().waitFor();
      await page.getByRole('textbox', { name: 'Search reports by agent' }).fill('good');
      await list.getByRole('heading', { name: 'With problems 1' }).waitFor({ state: 'detached' });
      expect(new URL(page.url()).hash).toBe(`#/reports/${wrong}?q=good`);
    },
  );

  test('of a branch are put together, with its gate and a file to keep; its agent’s tabs tell of children and events', async () => {
    const coordinator = await rig.start(config);
    const top = await deployOne(coordinator, { name: 'Overwatch', config: demo('@until go\n@report Both are done.') });
    const child = { parent_agent: top, agent_type: 'L2.1' } as const;
    await deployOne(coordinator, { ...child, name: 'worker', config: demo('@report Worked.') });
    const late = await deployOne(coordinator, {
      ...child,
      agent_type: 'L2.2',
      name: 'late',
      config: demo('@until go\n@report At last.'),
    });
    const page = await rig.open(coordinator, `#/reports/${top}?whole=1`);
    const gate = page.getByRole('region', { name: 'Gate of the branch' });
    await gate.getByRole('link', { name: 'late' }).waitFor();
    writeFileSync(coordinator.path('go'), '');
    await coordinator.ended(late);
    await coordinator.ended(top);
    await gate.getByText('Complete: every report below is in and good').waitFor();
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as Markdown' }).click();
    expect((await saving).suggestedFilename()).toBe(`${top}_report.md`);
    await goTo(page, `#/agents/${top}/children`);
    const children = page.getByRole('region', { name: 'Children' });
    await children.getByRole('link', { name: 'L2.2 late' }).waitFor();
    await children.getByText('All 2').waitFor();
    await goTo(page, `#/agents/${top}/events`);
    const events = page.getByRole('list', { name: 'Events, newest first' });
    await events.getByText(/^completed: /).waitFor();
    await events.getByText('was accepted by the door "http"').waitFor();
    await events
      .getByRole('button', { name: /as JSON/ })
      .last()
      .click();
    await events.getByText('"agent_accepted"').waitFor();
    await goTo(page, `#/agents/${late}/report`);
    await page.getByText('At last.').first().waitFor();
    expect(await axeProblems(page)).toEqual([]);
  });

  test('and the overview tells its life: attempts and their outcome, what it waits for, its group', async () => {
    const coordinator = await rig.start({ ...config, limits: { max_running: 3 } });
    const part = (nth: number, estimated_workload: number) => ({
      parent_agent: 'overwatch_001',
      agent_type: `L2.${nth}`,
      estimated_workload,
      group: { id: 'wave', size: 3 },
    });
    const again = await deployOne(coordinator, {
      ...part(1, 0.4),
      name: 'second try',
      config: {
        runtime: 'script',
        prompt: 'test -f tried && while ! test -f go; do sleep 0.1; done\ntest -f tried || { touch tried; exit 3; }',
        report_required: false,
        restart: { policy: 'on_failure', backoff_seconds: 0.01 },
      },
    });
    const works = { ...demo('@until go'), report_required: false };
    await deployOne(coordinator, { ...part(2, 0.3), config: works });
    await deployOne(coordinator, { ...part(3, 0.3), config: works });
    await waitFor('the second attempt', async () => {
      const answer = await coordinator.client.get(again);
      return answer.ok && answer.value.attempt === 2 && answer.value.status === 'running';
    });
    const waits = await deployOne(coordinator, { name: 'waiter', config: works });
    const page = await rig.open(coordinator, `#/agents/${again}?full`, { width: 1024, height: 640 });
    const attempts = page.getByRole('table', { name: 'Attempts' });
    await attempts.getByRole('row', { name: /^2 .* running$/ }).waitFor();
    await attempts.getByRole('row', { name: /^1 .* failed .*3/ }).waitFor();
    const life = page.getByRole('list', { name: 'Life' });
    await life.getByText(/^attempt 1 failed/).waitFor();
    expect(await life.getByRole('listitem').first().textContent()).toMatch(/running for .*process \d+ seen alive, \d+/);
    await page.getByText('40 % (limit 40 %), as planned').waitFor();
    await page.getByText('reaches itself and all below it, until it ends').waitFor();
    expect(await axeProblems(page)).toEqual([]);
    await goTo(page, `#/agents/${waits}`);
    const waiting = page.getByRole('region', { name: 'Waits for' });
    await waiting.getByText(/limits\.max_running.*place 1; it starts when one of them ends/).waitFor();
    // Live: what it waited for is gone as soon as it runs.
    await page.setViewportSize({ width: 640, height: 400 });
    await page.emulateMedia({ colorScheme: 'dark' });
    await waitFor('the dark page', () => page.evaluate(`document.documentElement.dataset.scheme === 'dark'`));
    expect(await axeProblems(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    writeFileSync(coordinator.path('go'), '');
    await waiting.waitFor({ state: 'detached' });
    await coordinator.ended(waits);
    await page.getByRole('list', { name: 'Life' }).getByText('completed').waitFor();
    await page.getByText('none: it has ended').waitFor();
  });

  test('that are hostile run nothing and load nothing', async () => {
    const coordinator = await rig.start(config);
    const id = await deployOne(coordinator, { name: 'hostile', config: demo('@until go') });
    const deep = await deployOne(coordinator, { name: 'deep', config: demo('@until go') });
    await waitFor('they work', async () => (await coordinator.client.get(deep)).ok);
    await written(coordinator, id, hostile);
    await written(coordinator, deep, `${'>'.repeat(100_000)} deep\n`);
    writeFileSync(coordinator.path('go'), '');
    await coordinator.ended(id);
    await coordinator.ended(deep);
    const page = await rig.open(coordinator);
    const elsewhere = requestsElsewhere(page, coordinator.url);
    await goTo(page, `#/reports/${id}`);
    await page.getByRole('heading', { name: /Summary/ }).waitFor();
    const shown = page.locator('.markdown');
    expect(await shown.textContent()).toContain('⟨javascript:window.hit=1⟩');
    expect(await shown.textContent()).toContain('⟨U+202E⟩');
    expect(await shown.textContent()).toContain('© <b> ⟨U+202E⟩');
    expect(await shown.locator('a, img, script, iframe, [onerror]').count()).toBe(0);
    expect(await page.evaluate('window.hit')).toBeUndefined();
    await goTo(page, `#/reports/${deep}`);
    await page.getByText(/a line of more than 20,000 characters/).waitFor();
    expect(elsewhere).toEqual([]);
  });
});
