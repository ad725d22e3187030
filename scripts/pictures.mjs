/**
 * `node scripts/pictures.mjs [FOLDER] [--fleet empty|few|many] [--only VIEW,VIEW]`: pictures of every view of the dashboard, light
 * and dark, small and large, with nobody, a demo tree or three hundred agents, from a real coordinator on a root of its own.
 * Default folder: docs/images/dashboard. Each is to be looked at before it is committed.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as rest } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import { browser as findBrowser } from './browser.mjs';
import { ensureBuilt } from './setup.mjs';

const at = (/** @type {string} */ path) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const option = (/** @type {string} */ name) =>
  process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined;
const folder = process.argv[2]?.startsWith('--') === false ? process.argv[2] : at('docs/images/dashboard');
const only = option('--only')?.split(',');
const fleets = option('--fleet')?.split(',') ?? ['empty', 'few', 'many'];

const looks = [
  { name: 'small', width: 1024, height: 640 },
  { name: 'large', width: 1600, height: 1000 },
];
const schemes = /** @type {const} */ (['light', 'dark']);
/** Of the fleet, an agent is selected where there is one. */
const views = ['fleet', 'balance', 'queue', 'reports', 'approvals', 'history', 'settings'];
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

/** An Overwatch with two workers: one at work, one done with a report. @param {Served} served @returns {Promise<string>} */
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
  await deploy(served, {
    agent_type: 'L2.2',
    parent_agent: top,
    name: 'sprite scanner',
    group,
    estimated_workload: 0.48,
    config: demo('@work 1s\n@report Every sprite has a frame table.', true),
  });
  await rest(6000);
  return audit;
}

/** @param {Served} served @returns {Promise<string>} */
async function many(served) {
  let shown = '';
  for (let wave = 1; wave <= 6; wave++) {
    const top = await deploy(served, { agent_type: 'L1', name: `Overwatch ${wave}`, config: demo('@work 600s') });
    for (let worker = 1; worker <= 7; worker++) {
      const config =
        worker === 2 ? demo('@work 1s', true) : worker === 3 ? demo('@say no such table\n@exit 1') : demo('@work 600s');
      const id = await deploy(served, {
        agent_type: `L2.${worker}`,
        parent_agent: top,
        name: ['asset audit', 'sprite scanner', 'docs', 'tests', 'naming', 'levels', 'sound'][worker - 1],
        group: { id: `wave-${wave}`, size: 7 },
        estimated_workload: 1 / 7,
        config,
      });
      if (worker === 2 || worker === 3) continue;
      for (let micro = 1; micro <= 8; micro++) {
        await deploy(served, {
          agent_type: `L3.${worker}.${micro}`,
          parent_agent: id,
          name: `file ${micro}`,
          config: micro < 3 ? demo('@work 600s') : demo('@work 1s\n@report Fine.', true),
        });
      }
      shown = id;
    }
  }
  await rest(20_000);
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
  const fill = { empty: async () => '', few, many };
  for (const name of fleets) {
    const limits = { max_running: 80, starts_per_second: 50, max_starting: 10, min_free_memory_mb: 0 };
    const served = await serve({ runtimes: { demo: { kind: 'demo' } }, limits });
    try {
      const agent = await fill[/** @type {keyof typeof fill} */ (name)](served);
      await picturesOf(browser, served, name, agent);
    } finally {
      await served.end();
    }
  }
  await browser.close();
}

/** @param {import('playwright').Browser} browser @param {Served} served @param {string} fleet @param {string} agent */
async function picturesOf(browser, served, fleet, agent) {
  for (const { name: size, width, height } of looks) {
    for (const colorScheme of schemes) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme });
      await context.addInitScript(`sessionStorage.setItem('ziggie.token', ${JSON.stringify(served.token)})`);
      const page = await context.newPage();
      await page.goto(`${served.url}/`);
      await page.getByText('connected', { exact: true }).waitFor();
      const places = [
        ...views.map((view) => [view, view === 'fleet' ? (agent === '' ? '#/' : `#/agents/${agent}`) : `#/${view}`]),
        ...(agent === '' ? [] : tabs.map((tab) => [tab, `#/agents/${agent}/${tab}`])),
      ];
      for (const [view = '', hash] of places) {
        if (only !== undefined && !only.includes(view)) continue;
        await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
        await rest(900); // For what is loaded, and what a view asks.
        await page.screenshot({ path: join(folder, `${view}-${fleet}-${size}-${colorScheme}.png`) });
      }
      await context.close();
    }
  }
}

await main();
