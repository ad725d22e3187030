/**
 * The dashboard over five hundred agents that come, go and use the machine: what the page costs, whether it grows, and how
 * soon it answers a key. Only in the full tier; ZIGGIE_SOAK_MINUTES says how long (default 30).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { CDPSession, Page } from 'playwright';
import { expect, onTestFinished, test } from 'vitest';
import { launchBrowser } from '../rig/browser.ts';
import { waitFor } from '../rig/wait-for.ts';
import { requestsNamed, sleeperRuntime, startAgents } from './rig/sleepers.ts';
import { SoakRoot } from './rig/soak-root.ts';
import { figures, repeatWith, tier } from './rig/tier.ts';

const agents = 500;
const minutes = Number(process.env['ZIGGIE_SOAK_MINUTES'] ?? '30');
/** A few come and go as often as the coordinator measures. */
const turnMs = 2000;
const comeAndGo = 4;

const most = { scriptingShare: 0.1, keyMs: 100, interactiveMs: 1500, initialBytes: 350 * 1024 };
/** Code that is compiled late, and what the ring of notices and charts holds once. */
const warmUpTurns = 15;
/** Agents that ended stay in the fleet: of each, with its events, so much. */
const keptKiBPerAgent = 12;

const dist = resolve(import.meta.dirname, '../../dist/renderer');

test.skipIf(tier !== 'full')('an hour of a large fleet neither grows the page nor slows it', async () => {
  const root = new SoakRoot({
    default_runtime: 'sleeper',
    runtimes: { sleeper: sleeperRuntime, brief: { kind: 'command', command: '/bin/true' } },
    limits: {
      max_running: 1000,
      max_starting: 20,
      starts_per_second: 1000,
      min_free_memory_mb: 0,
      reserved_per_level: 0,
    },
    report: { required: false },
  });
  onTestFinished(() => root.dispose());
  await root.start();
  for (let made = 0; made < agents; made += 50) await startAgents(root, requestsNamed(`fleet-${made}`, 50));
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());
  const page = await (await browser.newContext({ viewport: { width: 1600, height: 1000 } })).newPage();
  const token = readFileSync(root.path('token'), 'utf8').trim();
  await page.addInitScript(`sessionStorage.setItem('ziggie.token', ${JSON.stringify(token)})`);
  const interactiveMs = await firstView(page, root.url);
  const channel = await page.context().newCDPSession(page);
  await channel.send('Performance.enable');
  await turns(root, page, warmUpTurns, 'warm');
  const before = await look(channel);
  const began = performance.now();
  const count = Math.ceil((minutes * 60_000) / turnMs);
  const keys = await turns(root, page, count, 'turn');
  const seconds = (performance.now() - began) / 1000;
  const after = await look(channel);
  const times = Array.from({ length: count }, (_, nth) => keys[nth]?.ms ?? 16);
  const scripting = (after.scriptSeconds - before.scriptSeconds) / seconds;
  const grownKiB = after.heapKiB - before.heapKiB;
  const allowedKiB = count * comeAndGo * keptKiBPerAgent + 2048;
  const initialBytes = initialScript();
  figures('dashboard', {
    agents,
    [`minutes, ${(scripting * 100).toFixed(1)} % of a core for scripts`]: minutes,
    'KiB of heap before': before.heapKiB,
    [`KiB after ${count * comeAndGo} more agents`]: after.heapKiB,
    'listeners before': before.listeners,
    after: after.listeners,
    [`ms from a key to the screen at p50, ${quantile(times, 0.99)} at p99`]: quantile(times, 0.5),
    'ms at most': Math.max(...times),
    'ms until the first view': interactiveMs.toFixed(0),
    'kB of initial script': (initialBytes / 1024).toFixed(0),
  });
  const wrong = [
    ...(scripting < most.scriptingShare ? [] : [`scripts took ${(scripting * 100).toFixed(1)} % of a core`]),
    ...(grownKiB < allowedKiB ? [] : [`the heap grew by ${grownKiB} KiB, of which ${allowedKiB} are kept on purpose`]),
    ...(after.listeners <= before.listeners + 50
      ? []
      : [`listeners were ${before.listeners} and are ${after.listeners}`]),
    ...keys.flatMap(({ at, ms }) =>
      ms < most.keyMs ? [] : [`a key took ${ms} ms, ${Math.round(at / 1000)} s after the page began`],
    ),
    ...(interactiveMs < most.interactiveMs ? [] : [`the first view took ${interactiveMs.toFixed(0)} ms`]),
    ...(initialBytes <= most.initialBytes ? [] : [`the initial script has ${initialBytes} bytes, gzipped`]),
  ];
  expect(wrong, repeatWith('dashboard')).toEqual([]);
});

/** Milliseconds from the navigation to a tree that a key moves in, by the page's own clock. */
async function firstView(page: Page, url: string): Promise<number> {
  await page.goto(`${url}/`);
  await page.locator('[role="treegrid"] [data-kind="agent"]').first().waitFor();
  await page.evaluate(`globalThis.__keys = []; new PerformanceObserver((list) => {
    for (const { name, startTime, duration } of list.getEntries()) if (name === 'keydown') __keys.push({ at: startTime, ms: duration });
  }).observe({ type: 'event', durationThreshold: 16 })`);
  await page.locator('[role="treegrid"]').focus();
  const shown = (await page.evaluate('performance.now()')) as number;
  await page.keyboard.press('ArrowDown');
  await waitFor('the key moved', async () => new URL(page.url()).hash !== '#/');
  return shown;
}

interface Key {
  /** ms since the navigation. */
  readonly at: number;
  /** From the key to the screen. The browser tells of none that took less than 16 ms. */
  readonly ms: number;
}

/** Agents come and go, and keys are pressed. */
async function turns(root: SoakRoot, page: Page, count: number, prefix: string): Promise<readonly Key[]> {
  await page.evaluate('__keys.length = 0');
  for (let turn = 0; turn < count; turn++) {
    const due = performance.now() + turnMs;
    await startAgents(
      root,
      requestsNamed(`${prefix}-${turn}`, comeAndGo, { config: { prompt: 'x', runtime: 'brief' } }),
    );
    await page.keyboard.press(turn % 20 < 10 ? 'ArrowDown' : 'ArrowUp');
    await rest(Math.max(0, due - performance.now()));
  }
  return (await page.evaluate('__keys')) as Key[];
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? 0;

async function look(channel: CDPSession): Promise<{ scriptSeconds: number; heapKiB: number; listeners: number }> {
  await channel.send('HeapProfiler.collectGarbage');
  const { metrics } = await channel.send('Performance.getMetrics');
  const of = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? Number.NaN;
  return {
    scriptSeconds: of('ScriptDuration'),
    heapKiB: Math.round(of('JSHeapUsedSize') / 1024),
    listeners: of('JSEventListeners'),
  };
}

/** Of everything that index.html names, gzipped. */
function initialScript(): number {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const named = readdirSync(join(dist, 'assets')).filter(
    (name) => name.endsWith('.js') && html.includes(`assets/${name}`),
  );
  return named.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, 'assets', name))).length, 0);
}
