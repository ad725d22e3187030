/** Makes the installer from electron-builder's own templates with what a Linux distribution has: makensis, Wine, 7-Zip. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { at, run, runTool } from '../run.mjs';

const tools = at('.cache', 'dist', 'tools');
export const release = at('.cache', 'dist', 'release');
const LIMIT_MS = 10 * 60_000;

/** @returns {Promise<{ kind: 'ready', sevenZip: string } | { kind: 'missing', why: string }>} */
export async function installerTools() {
  const sevenZip = await programOf(['7zz', '7z', '7za']);
  const makensis = await programOf(['makensis']);
  const missing = [
    makensis === '' ? 'makensis (Debian: nsis)' : '',
    sevenZip === '' ? '7-Zip (Debian: 7zip)' : '',
  ].filter((name) => name !== '');
  return missing.length === 0
    ? { kind: 'ready', sevenZip }
    : { kind: 'missing', why: `Not installed: ${missing.join(', ')}.` };
}

/**
 * @param {string} runtime folder of the stand-in @param {'dir' | 'nsis'} target
 * @param {{ env?: Record<string, string>, sevenZip?: string }} [options]
 */
export function electronBuilder(runtime, target, { env = {}, sevenZip = '' } = {}) {
  mkdirSync(`${tools}/nsis`, { recursive: true });
  mkdirSync(`${tools}/resources/plugins/x86-unicode`, { recursive: true });
  const shim = `${tools}/nsis/makensis`;
  writeFileSync(
    shim,
    `#!/bin/sh\nexec '${process.execPath}' '${at('scripts', 'packaging', 'makensis-amd64.mjs')}' "$@"\n`,
  );
  chmodSync(shim, 0o755);
  const settings = {
    ELECTRON_BUILDER_NSIS_DIR: `${tools}/nsis`,
    ELECTRON_BUILDER_NSIS_RESOURCES_DIR: `${tools}/resources`,
    ELECTRON_BUILDER_7ZIP_PATH: sevenZip,
    ELECTRON_BUILDER_COMPRESSION_LEVEL: '1',
    ZIGGIE_UNPACKED: `${release}/win-unpacked`,
  };
  const prepackaged = target === 'nsis' ? ['--prepackaged', `${release}/win-unpacked`] : [];
  const options = [`-c.electronDist=${runtime}`, `-c.directories.output=${release}`, '-c.nsis.packElevateHelper=false'];
  return runTool(
    'electron-builder/cli.js',
    ['--win', target, '--x64', '--publish', 'never', ...prepackaged, ...options],
    { env: { ...process.env, ...env, ...settings }, timeoutMs: LIMIT_MS },
  );
}

/** @param {string[]} names @returns {Promise<string>} the first that is on PATH, absolute; else empty */
async function programOf(names) {
  for (const name of names) {
    const { code, output } = await run('sh', ['-c', `command -v ${name}`]);
    if (code === 0) return output.trim();
  }
  return '';
}
