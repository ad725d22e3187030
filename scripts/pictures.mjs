/**
 * `node scripts/pictures.mjs FOLDER [--fleet empty|few|many] [--only VIEW,VIEW] [--scheme light|dark] [--forced-colors]
 * [--size WIDTHxHEIGHT[@SCALE]] [--slots AGENTS] [--wait SECONDS]`: pictures of every view of the dashboard, light and dark,
 * small and large, with nobody, a small tree or three hundred agents, from a real coordinator on a root of its own.
 *
 * A size is in CSS pixels: `800x500@2` is a window of 1600 x 1000 at 200 %. `--forced-colors`: as in a contrast theme of
 * Windows. Of three hundred agents `--slots` run at a time, `--wait` before the first picture, for charts with something in
 * them. Those that are kept lie in docs/images; each is to be looked at before it is committed.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as rest } from 'node:timers/promises';
import { chromium } from 'playwright';
import { browser as findBrowser } from './browser.mjs';
import { few, many, serve } from './pictured-fleets.mjs';
import { ensureBuilt } from './setup.mjs';

const option = (/** @type {string} */ name) =>
  process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined;
const folder = process.argv[2] ?? '--';
if (folder.startsWith('--')) throw new Error('The first argument is the folder for the pictures.');
const only = option('--only')?.split(',');
const fleets = option('--fleet')?.split(',') ?? ['empty', 'few', 'many'];

const size = /^(\d+)x(\d+)(?:@(\d+))?$/.exec(option('--size') ?? '');
const looks =
  size === null
    ? [
        { name: 'small', width: 1024, height: 640, scale: 1 },
        { name: 'large', width: 1600, height: 1000, scale: 1 },
      ]
    : [{ name: size[0], width: Number(size[1]), height: Number(size[2]), scale: Number(size[3] ?? 1) }];
const schemes = /** @type {const} */ (['light', 'dark']).filter((one) => (option('--scheme') ?? one) === one);
const isForced = process.argv.includes('--forced-colors');
/** Of the fleet, an agent is selected where there is one. */
const views = ['fleet', 'balance', 'queue', 'reports', 'approvals', 'history', 'settings'];
const tabs = ['log', 'usage', 'report', 'children', 'events'];

/** @typedef {import('./pictured-fleets.mjs').Served} Served @typedef {import('./pictured-fleets.mjs').Shown} Shown */

async function main() {
  await ensureBuilt();
  mkdirSync(folder, { recursive: true });
  const found = await findBrowser();
  if (found.kind !== 'found') throw new Error(found.why);
  const browser = await chromium.launch({
    executablePath: found.path,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu'],
  });
  const seconds = Number(option('--wait') ?? 60);
  const fill = {
    empty: async () => ({ agent: '', report: '' }),
    few,
    many: (/** @type {Served} */ served) => many(served, seconds),
  };
  for (const name of fleets) {
    const served = await serve(Number(option('--slots') ?? 60));
    try {
      const shown = await fill[/** @type {keyof typeof fill} */ (name)](served);
      await picturesOf(browser, served, name, shown);
    } finally {
      await served.end();
    }
  }
  await browser.close();
}

/** @param {import('playwright').Browser} browser @param {Served} served @param {string} fleet @param {Shown} shown */
async function picturesOf(browser, served, fleet, { agent, report }) {
  const placeOf = (/** @type {string} */ view) => {
    if (view === 'fleet') return agent === '' ? '#/' : `#/agents/${agent}`;
    return view === 'reports' && report !== '' ? `#/reports/${report}` : `#/${view}`;
  };
  for (const { name: look, width, height, scale } of looks) {
    for (const colorScheme of schemes) {
      const context = await browser.newContext({
        viewport: { width, height },
        deviceScaleFactor: scale,
        colorScheme,
        forcedColors: isForced ? 'active' : 'none',
      });
      await context.addInitScript(`sessionStorage.setItem('ziggie.token', ${JSON.stringify(served.token)})`);
      const page = await context.newPage();
      await page.goto(`${served.url}/`);
      await page.getByText('connected', { exact: true }).waitFor();
      const places = [
        ...views.map((view) => [view, placeOf(view)]),
        ...(agent === '' ? [] : tabs.map((tab) => [tab, `#/agents/${agent}/${tab}`])),
        ...(agent === '' ? [] : [['log-page', `#/agents/${agent}/log?full`]]),
      ];
      for (const [view = '', hash] of places) {
        if (only !== undefined && !only.includes(view)) continue;
        await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
        await rest(900); // For what is loaded, and what a view asks.
        await page.screenshot({
          path: join(folder, `${view}-${fleet}-${look}-${isForced ? 'forced-' : ''}${colorScheme}.png`),
        });
      }
      await context.close();
    }
  }
}

await main();
