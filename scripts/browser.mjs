/** Finds the Chrome, Edge or Chromium of this machine, which the end-to-end tests drive. */
import { statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { run, say, tail } from './run.mjs';

const INSTALL_LIMIT_MS = 5 * 60_000;

const MAC = ['Google Chrome', 'Microsoft Edge', 'Chromium'].map(
  (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
);
const WINDOWS_BELOW = ['Microsoft/Edge/Application/msedge.exe', 'Google/Chrome/Application/chrome.exe'];
const LINUX = [
  ...['/usr/bin/google-chrome-stable', '/usr/bin/google-chrome', '/opt/google/chrome/chrome'],
  ...['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/microsoft-edge', '/snap/bin/chromium'],
];
const ON_PATH = ['google-chrome', 'chromium', 'chromium-browser', 'microsoft-edge', 'msedge', 'chrome'];

/** @typedef {{ kind: 'found', path: string } | { kind: 'missing', why: string }} Browser why: what to do about it */

/** Looks for a browser and, as root on a Debian-like system, installs one. @returns {Promise<Browser>} */
export async function browser() {
  const named = process.env['ZIGGIE_TEST_BROWSER'];
  if (named !== undefined && named !== '') {
    return isFile(named)
      ? { kind: 'found', path: named }
      : {
          kind: 'missing',
          why: `ZIGGIE_TEST_BROWSER names "${named}", which is no file: set it to a Chrome, Edge or Chromium.`,
        };
  }
  const path = find() ?? (await installed());
  return path === null ? { kind: 'missing', why: advice() } : { kind: 'found', path };
}

/** @returns {string | null} */
function find() {
  return candidates().find(isFile) ?? null;
}

/** @returns {string[]} */
function candidates() {
  const names = ON_PATH.map((name) => (process.platform === 'win32' ? `${name}.exe` : name));
  const onPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter(Boolean)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  if (process.platform === 'darwin') return [...MAC, ...onPath];
  if (process.platform !== 'win32') return [...LINUX, ...onPath];
  const homes = ['ProgramFiles(x86)', 'ProgramFiles', 'LocalAppData'].map((name) => process.env[name]);
  return [
    ...homes.flatMap((home) => (home === undefined ? [] : WINDOWS_BELOW.map((file) => join(home, file)))),
    ...onPath,
  ];
}

/** @returns {Promise<string | null>} the browser that apt-get has just installed */
async function installed() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null;
  if ((await run('apt-get', ['--version'])).code !== 0) return null;
  say('Installing chromium for the browser tests (apt-get, 5 minutes at most) …');
  const deadline = Date.now() + INSTALL_LIMIT_MS;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '--yes', '--no-install-recommends', 'chromium']]) {
    const { code, output, timedOut } = await run('apt-get', ['-q', ...args], {
      env,
      timeoutMs: Math.max(1, deadline - Date.now()),
    });
    // A list that could not be fetched need not be the one that names chromium, so only the install decides.
    if (code !== 0 && (args[0] !== 'update' || timedOut)) {
      say(`apt-get ${timedOut ? 'took longer than 5 minutes' : `failed (exit code ${code})`}:\n${tail(output, 10)}`);
      return null;
    }
  }
  return find();
}

function advice() {
  const how =
    process.platform === 'linux'
      ? 'Install one (Debian: `sudo apt-get install chromium`)'
      : 'Install Google Chrome, Microsoft Edge or Chromium';
  return `The browser tests need Chrome, Edge or Chromium and none was found. ${how}, or name yours in ZIGGIE_TEST_BROWSER; ZIGGIE_SKIP_BROWSER=1 leaves these tests out.`;
}

/** @param {string} path @returns {boolean} false also for what this user may not look at: it could not be run either */
function isFile(path) {
  try {
    return statSync(path).isFile();
  } catch {
    // Missing, a folder that is closed to us, a PATH entry that is a file: all say that there is no browser here.
    return false;
  }
}
