/** Runs one vitest project and counts what it says. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import process from 'node:process';
import { at, runTool } from './run.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number, failing?: string[] }} Totals failing: file and title of each */

/**
 * @param {string} project unit, integration, e2e or soak
 * @param {string[]} filters parts of file names; none: all
 * @param {NodeJS.ProcessEnv} extraEnv
 * @returns {Promise<Totals>}
 */
export async function suite(project, filters, extraEnv) {
  const report = at('.cache', `vitest-${project}-${process.pid}.json`);
  mkdirSync(at('.cache'), { recursive: true });
  const env = { ...process.env, ...extraEnv };
  // Vitest sets its own; one from outside would choose the production React.
  delete env['NODE_ENV'];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { code } = await runTool('vitest/vitest.mjs', ['run', '--project', project, ...reporters, ...filters], {
    env,
    show: true,
  });
  const totals = existsSync(report)
    ? count(JSON.parse(readFileSync(report, 'utf8')))
    : { passed: 0, failed: 0, skipped: 0 };
  rmSync(report, { force: true });
  // A failure that belongs to no test: an unhandled rejection, a worker that died, a run that never reported.
  return code !== 0 && totals.failed === 0 ? { ...totals, failed: 1 } : totals;
}

/**
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { name: string, status: string, assertionResults: { status: string, fullName: string }[] }[] }} report
 * @returns {Totals}
 */
function count(report) {
  // A file that could not be loaded, or whose own setup failed, has no failing test to be counted by.
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failing: report.testResults.flatMap((file) => failuresOf(file, brokenFiles.includes(file))),
  };
}

/** @param {{ name: string, assertionResults: { status: string, fullName: string }[] }} file @param {boolean} isBroken */
function failuresOf({ name, assertionResults }, isBroken) {
  const where = relative(at(), name).split(sep).join('/');
  if (isBroken) return [`${where}: the file itself`];
  return assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => `${where}: ${fullName}`);
}

/**
 * @param {string} project @param {string[]} filters
 * @returns {boolean} whether the project has a test file that vitest would choose
 */
export function hasTests(project, filters) {
  const folder = at('test', project);
  if (!existsSync(folder)) return false;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.test\.tsx?$/.test(file))
    .map((file) => join('test', project, file).split(sep).join('/'));
  return files.some((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)));
}
