/**
 * `node scripts/pictures.mjs FOLDER [--fleet empty|few|many] [--only VIEW,VIEW] [--scheme light|dark]
 * [--size WIDTHxHEIGHT[@SCALE]] [--forced-colors]`: pictures of every view of the dashboard, light and dark, small and large,
 * with nobody, a small tree or three hundred agents, from a real coordinator on a root of its own. A size is in CSS pixels;
 * `800x500@2` is a window of 1600 x 1000 at 200 %. `--forced-colors`: as in a contrast theme of Windows.
 * Those that are kept lie in docs/images; each is to be looked at before it is committed.
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { setTimeout as rest } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { browser as findBrowser } from './browser.mjs';
import { ensureBuilt } from './setup.mjs';

const at = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
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
const claude = join(mkdtempSync(join(tmpdir(), 'ziggie-pictured-')), 'claude');
writeFileSync(claude, `#!/bin/sh\nexec '${process.execPath}' '${at('scripts/pictured-session.mjs')}' "$@"\n`);
chmodSync(claude, 0o755);
const tabs = ['log', 'usage', 'report', 'children', 'events'];

/** @typedef {{ url: string, token: string, root: string, printed: () => string, end: () => Promise<void> }} Served */

/** @param {Record<string, unknown>} config @returns {Promise<Served>} */
async function serve(config) {
  const root = mkdtempSync(join(tmpdir(), 'ziggie-pictures-'));
  writeFileSync(join(root, 'config.json'), JSON.stringify(config));
  const child = spawn(process.execPath, [at('dist/main/headless.js'), '--root', root, '--port', '0']);
  let output = '';
  child.stdout.on('data', (/** @type {Buffer} */ bytes) => (output += bytes.toString()));
  while (!existsSync(join(root, 'coordinator.json')) || !output.includes('#code=')) await rest(20);
  const { url } = JSON.parse(readFileSync(join(root, 'coordinator.json'), 'utf8'));
  const token = readFileSync(join(root, 'token'), 'utf8').trim();
  return {
    url,
    token,
    root,
    printed: () => /http:\S+#code=\S+/.exec(output)?.[0] ?? url,
    async end() {
      const { agents } = await call({ url, token }, 'GET', 'agents');
      const living = agents.filter((/** @type {any} */ one) => one.completed_at === null && one.parent_agent === null);
      for (const one of living) await call({ url, token }, 'POST', `agents/${one.agent_id}/stop`, {});
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** @param {{ url: string, token: string }} of @param {string} method @param {string} path @param {unknown} [body] @returns {Promise<any>} */
async function call({ url, token }, method, path, body) {
  const answer = await fetch(`${url}/api/coordinator/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return answer.json();
}

/** @param {Served} served @param {Record<string, unknown>} request @returns {Promise<string>} */
async function deploy(served, request) {
  const record = await call(served, 'POST', 'deploy', request);
  if (typeof record.agent_id !== 'string') throw new Error(JSON.stringify(record));
  return record.agent_id;
}

/** @param {string} prompt @param {boolean} [report_required] */
const demo = (prompt, report_required = false) => ({ runtime: 'demo', prompt, report_required });

/** @param {string} prompt */
const session = (prompt) => ({ runtime: 'claude', prompt: `Check the sprites.\n${prompt}\n`, report_required: false });

/** @typedef {{ agent: string, report: string }} Shown What is selected in the tree and among the reports; '': nothing. */

/** An Overwatch with two workers: one at work, one done with a report. @param {Served} served @returns {Promise<Shown>} */
async function few(served) {
  const top = await deploy(served, { agent_type: 'L1', name: 'Overwatch', config: demo('@work 600s') });
  const group = { id: 'wave-1', size: 2 };
  const audit = await deploy(served, {
    agent_type: 'L2.1',
    parent_agent: top,
    name: 'asset audit',
    group,
    estimated_workload: 0.52,
    config: demo('@say reading the sprite sheets\n@work 600s'),
  });
  const report = await deploy(served, {
    agent_type: 'L2.2',
    parent_agent: top,
    name: 'sprite scanner',
    group,
    estimated_workload: 0.48,
    config: demo('@work 1s\n@report Every sprite has a frame table.', true),
  });
  await rest(6000);
  return { agent: audit, report };
}

const incomplete = `# Report: sprites

## Result

Every sprite sheet has a frame table now, *nine* of them new:

- \`cat-jump\`: 6 frames, 32 by 32
- \`moth\`: 4 frames, 16 by 16
- TODO: the rain

| sheet | frames | tests |
| --- | --- | --- |
| cat-jump | 6 | 50 passed |
| moth | 4 | 38 passed |
`;
const names = ['asset audit', 'sprite scanner', 'docs', 'tests', 'naming', 'levels', 'sound'];

/** What the nth worker of each wave does. @param {number} worker @param {number} wave */
function workOf(worker, wave) {
  if (worker === 1) return session(wave < 3 ? '@ask git push origin sprites --force-with-lease' : '');
  if (worker === 2) return demo(wave === 1 ? '@until report.md\n@work 1s' : '@work 1s', true);
  if (worker === 3) return wave === 1 ? session('@end') : demo('@say no such table\n@exit 1');
  return demo('@work 900s');
}

/** Six waves of an Overwatch, seven workers and their own. @param {Served} served @returns {Promise<Shown>} */
async function many(served) {
  let shown = { agent: '', report: '' };
  for (let wave = 1; wave <= 6; wave++) {
    const top = await deploy(served, { agent_type: 'L1', name: `Overwatch ${wave}`, config: demo('@work 900s') });
    const shares = [0.17, 0.16, 0.15, 0.14, 0.13, 0.13, 0.12];
    for (let worker = 1; worker <= 7; worker++) {
      const id = await deploy(served, {
        agent_type: `L2.${worker}`,
        parent_agent: top,
        name: names[worker - 1],
        group: { id: `wave-${wave}`, size: 7 },
        estimated_workload: shares[worker - 1],
        config: workOf(worker, wave),
      });
      if (wave === 1 && worker === 1) shown = { agent: id, report: '' };
      if (wave === 1 && worker === 2) shown = { ...shown, report: id };
      if (worker === 2 || worker === 3) continue;
      for (let micro = 1; micro <= 8; micro++) {
        await deploy(served, {
          agent_type: `L3.${worker}.${micro}`,
          parent_agent: id,
          name: `file ${micro}`,
          group: { id: `files of ${names[worker - 1]}`, size: 8 },
          estimated_workload: 1 / 8,
          config: micro < 3 ? demo('@work 900s') : demo('@work 1s\n@report Fine.', true),
        });
      }
    }
  }
  const { completion_report: file } = await call(served, 'GET', `agents/${shown.report}`);
  writeFileSync(file, incomplete);
  writeFileSync(join(served.root, 'report.md'), '');
  // For charts of some minutes.
  await rest(Number(option('--wait') ?? 60) * 1000);
  return shown;
}

async function main() {
  await ensureBuilt();
  mkdirSync(folder, { recursive: true });
  const found = await findBrowser();
  if (found.kind !== 'found') throw new Error(found.why);
  const browser = await chromium.launch({
    executablePath: found.path,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu'],
  });
  const fill = { empty: async () => ({ agent: '', report: '' }), few, many };
  for (const name of fleets) {
    const limits = { max_running: 60, starts_per_second: 50, max_starting: 10, min_free_memory_mb: 0 };
    const served = await serve({
      runtimes: { demo: { kind: 'demo' }, claude: { kind: 'claude', command: claude } },
      limits,
    });
    try {
      const shown = await fill[/** @type {keyof typeof fill} */ (name)](served);
      await picturesOf(browser, served, name, shown);
    } finally {
      await served.end();
    }
  }
  await browser.close();
  rmSync(dirname(claude), { recursive: true, force: true });
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
