/**
 * `npm test`: every check and every test, each step even when one before it failed.
 * The last line is `N passed, N failed, N skipped`; the exit code is 1 when anything failed or nothing ran.
 */
import process from 'node:process';
import { browser } from './browser.mjs';
import { format, lint, types } from './checks.mjs';
import { SetupError, say, seconds } from './run.mjs';
import { ensureBuilt, ensureInstalled } from './setup.mjs';
import { hasTests, suite } from './suites.mjs';

const USAGE = `Usage: npm test -- [--only STEP,STEP] [part of a test file's name ...]

Steps: types, lint, format, unit, integration, e2e, soak (default: all; with file names only the last four)

  ZIGGIE_TEST_BROWSER=PATH   the browser of the e2e tests
  ZIGGIE_SKIP_BROWSER=1      leaves the e2e tests out
`;

const USAGE_ERROR = 64;
const CHECKS = { types, lint, format };
const SUITES = ['unit', 'integration', 'e2e', 'soak'];

/** @typedef {import('./suites.mjs').Totals} Totals */
const NONE = { passed: 0, failed: 0, skipped: 0 };

/** @param {string[]} given @returns {{ steps: string[], filters: string[] } | string} a text: why not */
function parse(given) {
  const all = [...Object.keys(CHECKS), ...SUITES];
  const filters = [];
  let steps = null;
  const rest = given.flatMap((word) =>
    word.startsWith('--only=') ? ['--only', word.slice('--only='.length)] : [word],
  );
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--only') {
      steps = (rest.shift() ?? '').split(',');
      const unknown = steps.find((step) => !all.includes(step));
      if (unknown !== undefined) return `--only takes ${all.join(', ')}, and "${unknown}" is none of them.`;
    } else if (word.startsWith('-')) return `"${word}" is not an option of npm test.`;
    else filters.push(word);
  }
  return { steps: steps ?? (filters.length > 0 ? SUITES : all), filters };
}

/**
 * @param {string} name
 * @param {() => Promise<Totals>} body
 * @returns {Promise<Totals & { name: string }>}
 */
async function step(name, body) {
  const began = performance.now();
  say(`\n== ${name}`);
  const totals = await body();
  const counts = `${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`;
  say(`-- ${name}: ${totals.failed > 0 ? 'FAILED, ' : ''}${counts} in ${seconds(began)}`);
  return { name, ...totals };
}

/** @param {string} name @param {() => Promise<import('./checks.mjs').Checked>} check */
const checkStep = (name, check) =>
  step(name, async () => {
    const { ok, output } = await check();
    if (!ok) say(output.trimEnd());
    return ok ? { ...NONE, passed: 1 } : { ...NONE, failed: 1 };
  });

/**
 * @param {string} name @param {string[]} filters
 * @param {string | null} buildFault why there is no fresh build to test; null: there is one
 */
const suiteStep = (name, filters, buildFault) =>
  step(name, async () => {
    if (name !== 'unit' && buildFault !== null) return left('Not run, because the build failed.');
    if (name !== 'e2e') return suite(name, filters, {});
    if (process.env['ZIGGIE_SKIP_BROWSER'] === '1') return left('Left out, because ZIGGIE_SKIP_BROWSER=1 is set.');
    const found = await browser();
    if (found.kind === 'found') return suite(name, filters, { ZIGGIE_TEST_BROWSER: found.path });
    say(found.why);
    return { ...NONE, failed: 1 };
  });

/** @param {string} why @returns {Totals} */
function left(why) {
  say(why);
  return { ...NONE, skipped: 1 };
}

/** @returns {Promise<string | null>} why the build failed */
async function buildFault() {
  try {
    await ensureBuilt();
    return null;
  } catch (error) {
    if (error instanceof SetupError) return error.message;
    throw error;
  }
}

/** @param {string[]} steps @param {string[]} filters @returns {Promise<(Totals & { name: string })[]>} */
async function runAll(steps, filters) {
  const all = [];
  const [compiling, ...others] = Object.entries(CHECKS).filter(([name]) => steps.includes(name));
  if (compiling !== undefined) all.push(await checkStep(...compiling));
  // The compiler takes every core there is; of the others each takes little more than one.
  all.push(...(await Promise.all(others.map((check) => checkStep(...check)))));
  const suites = SUITES.filter((name) => steps.includes(name) && hasTests(name, filters));
  if (suites.length === 0) return all;
  const fault = await buildFault();
  if (fault !== null) all.push(await checkStep('build', async () => ({ ok: false, output: fault })));
  for (const name of suites) all.push(await suiteStep(name, filters, fault));
  return all;
}

/** @param {Totals[]} all @returns {Totals} */
const sum = (all) =>
  all.reduce(
    (a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }),
    NONE,
  );

/** @returns {Promise<number>} the exit code */
async function main() {
  const given = process.argv.slice(2);
  const wish = parse(given);
  if (given.includes('--help') || given.includes('-h')) {
    say(USAGE.trimEnd());
    return 0;
  }
  if (typeof wish === 'string') {
    process.stderr.write(`${wish}\n\n${USAGE}`);
    return USAGE_ERROR;
  }
  try {
    await ensureInstalled();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`${error.message}\n\n0 passed, 1 failed, 0 skipped`);
    return 1;
  }
  const steps = await runAll(wish.steps, wish.filters);
  const totals = sum(steps);
  const nothingRan = totals.passed + totals.failed === 0;
  if (nothingRan) say(`No test ran${wish.filters.length > 0 ? `: no file matches ${wish.filters.join(', ')}` : ''}.`);
  const failing = steps.filter(({ failed }) => failed > 0).map(({ name }) => name);
  if (failing.length > 0) {
    say(`\nFailed: ${failing.join(', ')} (what was seen stands above)`);
    for (const title of steps.flatMap((one) => one.failing ?? [])) say(`  ${title}`);
  }
  say(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  return totals.failed > 0 || nothingRan ? 1 : 0;
}

process.exitCode = await main();
