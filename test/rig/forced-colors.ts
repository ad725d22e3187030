/** What is lost where the system forces its colours (a contrast theme of Windows): told by what the browser draws. */
import type { Page } from 'playwright';

/** Each must have on its ground what is named: a line around it, a ground of its own, or a colour that is seen. */
const wanted = {
  '.tree-active': 'outline',
  '.nav-item[aria-current]': 'outline',
  '.settings-nav a[aria-current]': 'outline',
  '.segments label:has(:checked)': 'backgroundColor',
  '.queue-meter > span': 'backgroundColor',
  '.shape': 'color',
  '.recharts-area-area': 'fill',
  '.recharts-cartesian-grid line': 'stroke',
  '.chart-swatch': 'backgroundColor',
} as const;

/** `forcedColors` is put on for the look in both schemes, and off again. One line for each thing that is lost. */
export async function lostInContrast(page: Page, selectors: readonly (keyof typeof wanted)[]): Promise<string[]> {
  const lost: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ forcedColors: 'active', colorScheme });
    await page.locator('[data-scheme="contrast"]').waitFor({ state: 'attached' });
    for (const selector of selectors) {
      await page.locator(selector).first().waitFor({ state: 'attached' });
      const drawn = await page.locator(selector).evaluateAll((elements, style) => {
        const ground = getComputedStyle(
          document.documentElement.querySelector('.app') ?? document.body,
        ).backgroundColor;
        return elements.map((element) => {
          const look = getComputedStyle(element);
          const colour = style === 'outline' ? look.outlineColor : look[style];
          const isDrawn = style !== 'outline' || (look.outlineStyle !== 'none' && look.outlineWidth !== '0px');
          return { colour, isSeen: isDrawn && colour !== ground && !/^(none|transparent|rgba\(.*, 0\))$/.test(colour) };
        });
      }, wanted[selector]);
      for (const { colour } of drawn.filter(({ isSeen }) => !isSeen))
        lost.push(`${colorScheme}: ${selector} ${colour}`);
      // Of a stack each has a colour of its own.
      if (selector === '.chart-swatch' && new Set(drawn.map(({ colour }) => colour)).size < drawn.length)
        lost.push(`${colorScheme}: ${selector} alike ${drawn.map(({ colour }) => colour).join(' ')}`);
    }
  }
  await page.emulateMedia({ forcedColors: 'none', colorScheme: 'light' });
  return lost;
}
