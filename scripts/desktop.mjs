/** Whether the desktop can open here, and with which program. The Electron runtime is fetched at the first need. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { at, runTool, say } from './run.mjs';

const FETCH_LIMIT_MS = 60_000;
const REMEMBER_MS = 24 * 60 * 60_000;
const FAILURE_NOTE = at('node_modules', '.cache', 'ziggie', 'desktop-runtime.json');

/** @typedef {{ kind: 'yes', program: string } | { kind: 'no', why: string }} Desktop why: begins a sentence */

/** @returns {Promise<Desktop>} */
export async function desktop() {
  if (!hasDisplay()) return { kind: 'no', why: 'The desktop cannot open here (no display)' };
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    return { kind: 'no', why: 'The desktop does not open for root, whom its sandbox cannot protect' };
  }
  const present = runtime();
  if (present !== null) return { kind: 'yes', program: present };
  const refused = await fetchRuntime();
  const fetched = refused === null ? runtime() : null;
  return fetched === null
    ? { kind: 'no', why: refused ?? 'The desktop runtime is not complete' }
    : { kind: 'yes', program: fetched };
}

/** Windows and macOS always have one; elsewhere an X or Wayland session says so. */
function hasDisplay() {
  if (process.platform === 'win32' || process.platform === 'darwin') return true;
  return Boolean(process.env['DISPLAY']) || Boolean(process.env['WAYLAND_DISPLAY']);
}

/** @returns {string | null} the Electron program, laid out as the electron package's own index.js expects it */
function runtime() {
  const note = at('node_modules/electron/path.txt');
  if (!existsSync(note)) return null;
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH'] || at('node_modules/electron/dist');
  const program = join(folder, readFileSync(note, 'utf8'));
  return existsSync(program) ? program : null;
}

/** @returns {Promise<string | null>} why not, or null when it was fetched */
async function fetchRuntime() {
  const version = JSON.parse(readFileSync(at('node_modules/electron/package.json'), 'utf8')).version;
  const again = 'delete node_modules/.cache/ziggie to try again at once';
  if (failedLately(version)) return `The desktop runtime could not be fetched within the last day (${again})`;
  say('Fetching the desktop runtime (once, about 120 MB, 60 seconds at most) …');
  const { code, timedOut } = await runTool('electron/install.js', [], { timeoutMs: FETCH_LIMIT_MS });
  if (code === 0) return null;
  mkdirSync(dirname(FAILURE_NOTE), { recursive: true });
  writeFileSync(FAILURE_NOTE, JSON.stringify({ version, failed_at: Date.now() }));
  return timedOut ? 'The desktop runtime did not arrive within 60 seconds' : 'The desktop runtime could not be fetched';
}

/** @param {string} version */
function failedLately(version) {
  if (!existsSync(FAILURE_NOTE)) return false;
  const note = JSON.parse(readFileSync(FAILURE_NOTE, 'utf8'));
  return note.version === version && Date.now() - note.failed_at < REMEMBER_MS;
}
