/** The checks that need no running product: types, lint and format. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { at, runTool } from './run.mjs';

/** @typedef {{ ok: boolean, output: string }} Checked output: what to show when it is not ok */

const TSC_AT_ONCE = 2;
const NOT_OURS = new Set(['node_modules', 'dist', 'release', 'coverage', 'fixtures']);

/** Type-checks every folder with its own tsconfig.json, two at a time. @returns {Promise<Checked>} */
export async function types() {
  const folders = foldersWithTypes('.');
  const queue = [...folders];
  /** @type {string[]} */
  const failures = [];
  const worker = async () => {
    for (let folder = queue.shift(); folder !== undefined; folder = queue.shift()) {
      const { code, output } = await runTool('typescript/bin/tsc', [
        ...['-p', folder, '--pretty', 'false'],
        ...['--incremental', '--tsBuildInfoFile', at('.cache/tsc', `${folder.replace(/\W/g, '-')}.json`)],
      ]);
      if (code !== 0) failures.push(`${folder}:\n${output.trimEnd()}\n`);
    }
  };
  await Promise.all(Array.from({ length: TSC_AT_ONCE }, worker));
  return { ok: failures.length === 0, output: failures.sort().join('\n') };
}

/** @returns {Promise<Checked>} */
export const lint = () => check('oxlint/bin/oxlint', ['--type-aware']);

/** @returns {Promise<Checked>} */
export const format = () =>
  check('prettier/bin/prettier.cjs', [
    ...['--check', '--log-level', 'warn', '.'],
    ...['--cache', '--cache-location', at('.cache', 'prettier')],
  ]);

/** @param {string} file @param {string[]} args @returns {Promise<Checked>} */
async function check(file, args) {
  const { code, output } = await runTool(file, args);
  return { ok: code === 0, output };
}

/**
 * The root's tsconfig.json holds only what all others share, so it is left out.
 * @param {string} folder @returns {string[]}
 */
function foldersWithTypes(folder) {
  const inner = readdirSync(at(folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && !NOT_OURS.has(entry.name))
    .map((entry) => join(folder, entry.name));
  return inner.flatMap((below) => [
    ...(existsSync(at(below, 'tsconfig.json')) ? [below] : []),
    ...foldersWithTypes(below),
  ]);
}
