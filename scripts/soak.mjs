/**
 * `npm run soak -- [scenario ...] [--tier ci|full] [--seed N]`: builds, then runs the scenarios of test/soak one after the
 * other. Each ends with a line of figures; one that fails shows what was seen and the seed that repeats its choices.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import process from 'node:process';
import { at } from './run.mjs';
import { asCommand, ensureBuilt, ensureInstalled } from './setup.mjs';

const SCENARIOS = readdirSync(at('test', 'soak'))
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => name.replace('.test.ts', ''));

const USAGE = `Usage: npm run soak -- [scenario ...] [--tier ci|full] [--seed N]

Scenarios: ${SCENARIOS.join(', ')} (default: all)

  --tier full   the whole counts, about half an hour (default)
  --tier ci     a tenth of them, as in npm test
  --seed N      makes the same choices again (default: a new one for each run)
`;
const USAGE_ERROR = 64;

/** @typedef {{ scenarios: string[], tier: string, seed: string }} Wish */

/** @param {string[]} given @returns {Wish | string} a text: why not */
function parse(given) {
  /** @type {Wish} */
  const wish = { scenarios: [], tier: 'full', seed: String(Date.now() % 1_000_000) };
  const rest = given.flatMap((word) => (/^--\w+=/.test(word) ? word.split(/=(.*)/s).slice(0, 2) : [word]));
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--tier') {
      wish.tier = rest.shift() ?? '';
      if (!['ci', 'full'].includes(wish.tier)) return `--tier takes ci or full, given "${wish.tier}".`;
    } else if (word === '--seed') {
      wish.seed = rest.shift() ?? '';
      if (!/^\d{1,15}$/.test(wish.seed)) return `--seed takes a whole number, given "${wish.seed}".`;
    } else if (!SCENARIOS.includes(word)) {
      return `"${word}" is neither an option nor a scenario; scenarios are ${SCENARIOS.join(', ')}.`;
    } else wish.scenarios.push(word);
  }
  return wish;
}

/** @param {Wish} wish @returns {number | null} vitest's exit code */
function run({ scenarios, tier, seed }) {
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, ZIGGIE_SOAK_TIER: tier, ZIGGIE_SOAK_SEED: seed };
  delete env['NODE_ENV'];
  const files = (scenarios.length > 0 ? scenarios : SCENARIOS).map((name) => `test/soak/${name}.test.ts`);
  const vitest = [at('node_modules', 'vitest', 'vitest.mjs'), 'run', '--project', 'soak', ...files];
  process.stdout.write(`Tier ${tier}, seed ${seed}.\n`);
  return spawnSync(process.execPath, vitest, { cwd: at(), env, stdio: 'inherit' }).status;
}

const given = process.argv.slice(2);
const wish = parse(given);
if (given.includes('--help') || given.includes('-h')) process.stdout.write(USAGE);
else if (typeof wish === 'string') {
  process.stderr.write(`${wish}\n\n${USAGE}`);
  process.exitCode = USAGE_ERROR;
} else {
  await asCommand(async () => {
    await ensureInstalled();
    await ensureBuilt();
    return run(wish) ?? 1;
  });
}
