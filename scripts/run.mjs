/** Starting other programs, for the scripts of this folder. Node builtins only: nothing may be installed yet. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

/** The folder of the checkout, whatever the current folder is. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** @param {string[]} parts @returns {string} an absolute path in the checkout */
export const at = (...parts) => join(root, ...parts);

/** Trouble that the person at the keyboard can act on: printed as it is, without a stack. */
export class SetupError extends Error {}

/**
 * Runs a program to its end. Never throws: a program that cannot be started has code 127 and says why in `output`.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, timeoutMs?: number, show?: boolean, shell?: boolean }} [options]
 *   show: its output goes straight to the terminal instead of into `output`
 * @returns {Promise<{ code: number, output: string, timedOut: boolean }>}
 */
export function run(command, args, options = {}) {
  const { env = process.env, timeoutMs = 0, show = false, shell = false } = options;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env,
      shell,
      stdio: ['ignore', ...outputs(show)],
      windowsHide: true,
    });
    let output = '';
    let timedOut = false;
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk.toString();
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    const timer = setTimeout(
      () => {
        timedOut = true;
        child.kill('SIGKILL');
      },
      timeoutMs || 2 ** 31 - 1,
    );
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ code: 127, output: `${output}${error.message}\n`, timedOut });
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, output: stripVTControlCharacters(output), timedOut });
    });
  });
}

/** @param {boolean} show @returns {['inherit', 'inherit'] | ['pipe', 'pipe']} */
const outputs = (show) => (show ? ['inherit', 'inherit'] : ['pipe', 'pipe']);

/**
 * The file that `node` runs for a tool in node_modules: no shell and no `.cmd` shim in between.
 * @param {string} file below node_modules
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export const runTool = (file, args, options) => run(process.execPath, [at('node_modules', file), ...args], options);

/**
 * Runs the npm that started this script, else the one that came with this Node, else the one on the PATH.
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function runNpm(args, options) {
  const beside = dirname(process.execPath);
  const cli = [
    process.env['npm_execpath'] ?? '',
    join(beside, 'node_modules/npm/bin/npm-cli.js'),
    join(beside, '../lib/node_modules/npm/bin/npm-cli.js'),
  ].find((file) => file.endsWith('npm-cli.js') && existsSync(file));
  if (cli !== undefined) return run(process.execPath, [cli, ...args], options);
  return process.platform === 'win32' ? run('npm.cmd', args, { ...options, shell: true }) : run('npm', args, options);
}

/** @param {string} text @param {number} lines @returns {string} its last lines, indented to stand below a sentence */
export const tail = (text, lines) => indented(text.trimEnd().split('\n').slice(-lines));

/** @param {string} text @param {number} lines @returns {string} its first lines, indented alike */
export const head = (text, lines) => indented(text.trimEnd().split('\n').slice(0, lines));

/** @param {string[]} lines */
const indented = (lines) => lines.map((line) => `  ${line}`).join('\n');

/** @param {number} since from `performance.now()` @returns {string} */
export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** @param {string} line */
export const say = (line) => {
  process.stdout.write(`${line}\n`);
};
