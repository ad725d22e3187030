/** The built product as it lies on a Windows machine, below .cache/windows: what is packaged, and what Wine runs. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { SetupError, at, head, runNpm, say, seconds } from './run.mjs';

const INSTALL_LIMIT_MS = 10 * 60_000;

const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
const windowsX64 = ['--os=win32', '--cpu=x64', '--ignore-scripts', '--force'];

export const stagedApplication = at('.cache', 'windows', 'app');

/** `dist`, `assets`, and exactly the packages of package-lock.json that run on Windows. Call it with the lock held. */
export async function stageForWindows() {
  mkdirSync(stagedApplication, { recursive: true });
  const stamp = `${stagedApplication}/node_modules/.ziggie-installed`;
  const wanted = ['package.json', 'package-lock.json'].map((file) => readFileSync(at(file), 'utf8')).join('');
  if (contentOf(stamp) !== wanted) {
    const began = performance.now();
    say('Installing the packages for Windows (a minute, only after a change) …');
    for (const file of ['package.json', 'package-lock.json']) await cp(at(file), `${stagedApplication}/${file}`);
    await installForWindows(stagedApplication, ['--omit=dev']);
    writeFileSync(stamp, wanted);
    say(`Installed in ${seconds(began)}.`);
  }
  for (const folder of ['dist', 'assets']) {
    rmSync(`${stagedApplication}/${folder}`, { recursive: true, force: true });
    await cp(at(folder), `${stagedApplication}/${folder}`, { recursive: true });
  }
}

/** The packages of a folder's own package-lock.json, those for 64-bit Windows whatever this machine is. @param {string} folder @param {string[]} options */
export async function installForWindows(folder, options) {
  const { code, output } = await runNpm(['ci', ...options, ...windowsX64, '--prefix', folder, ...quiet], {
    timeoutMs: INSTALL_LIMIT_MS,
  });
  if (code === 0) return;
  throw new SetupError(
    `npm could not install the packages of ${folder} (exit code ${code}). Check the network and try again. npm said:\n${head(output, 12)}`,
  );
}

/** @param {string} file @returns {string | null} */
export const contentOf = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : null);
