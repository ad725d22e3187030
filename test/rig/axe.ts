/** axe-core on a page as it stands: WCAG 2.2 A and AA, and what axe calls best practices. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** One line for each violation: the rule, and the first place. Empty is what is wanted. */
export async function axeProblems(page: Page): Promise<readonly string[]> {
  // The page's policy forbids scripts from strings: the debugger's channel does not go through it.
  // It stays open: letting go of it would take the page's focus away.
  const channel = await page.context().newCDPSession(page);
  const evaluate = async (expression: string): Promise<unknown> => {
    const { result, exceptionDetails } = await channel.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  // Between two colours the contrast is that of neither. What turns for ever is not waited for.
  await evaluate(`Promise.all(document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().endTime !== Infinity)
    .map((one) => one.finished.catch(() => undefined))).then(() => undefined)`);
  await evaluate(`${source}; undefined`);
  // Not Fluent's own guards of the focus: they pass it on as soon as they have it.
  const found = await evaluate(`axe
    .run({ exclude: ['[data-tabster-dummy]'] }, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
    .then(({ violations }) => violations.map(({ id, help, nodes }) =>
      id + ': ' + help + ' (' + nodes.length + ' times), first ' + nodes[0].html.slice(0, 200) + ' ' + nodes[0].failureSummary))`);
  return found as string[];
}
