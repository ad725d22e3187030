/**
 * `npm run dist:check`: packages the Windows product from a stand-in runtime, looks into it, boots what was packaged on the
 * real Windows node.exe, and runs the installer, all under Wine. Does its own set-up. The last line is `N passed, N failed,
 * N skipped`; without Wine or makensis it says what is missing, and the exit code is 0.
 */
import { extractAll } from '@electron/asar';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import process from 'node:process';
import { electronBuilder, installerTools, release } from './packaging/installer.mjs';
import { makeStandIn } from './packaging/stand-in.mjs';
import { SetupError, at, say, seconds, tail } from './run.mjs';
import { asCommand, ensureBuilt, ensureInstalled } from './setup.mjs';
import { suite } from './suites.mjs';
import { endLeftovers, windows } from './wine.mjs';

const runtime = at('.cache', 'dist', 'runtime');
const extracted = at('.cache', 'dist', 'extracted');

await asCommand(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const machine = await windows();
  if (machine.kind === 'missing') return skip(machine.why);
  const tools = await installerTools();
  if (tools.kind === 'missing') return skip(tools.why);
  endLeftovers();
  const began = performance.now();
  const { version } = JSON.parse(readFileSync(at('node_modules', 'electron', 'package.json'), 'utf8'));
  makeStandIn(runtime, machine.env['ZIGGIE_WINDOWS_NODE'] ?? '', version);
  rmSync(release, { recursive: true, force: true });
  await packaged('dir', machine.env, tools.sevenZip);
  await packaged('nsis', machine.env, tools.sevenZip);
  rmSync(extracted, { recursive: true, force: true });
  extractAll(`${release}/win-unpacked/resources/app.asar`, extracted);
  const setup = readdirSync(release).find((name) => /^Ziggie-Setup-.*\.exe$/.test(name)) ?? '';
  const totals = await suite('packaged', process.argv.slice(2), {
    ...machine.env,
    ZIGGIE_WINDOWS_APP: extracted,
    ZIGGIE_DIST_UNPACKED: `${release}/win-unpacked`,
    ZIGGIE_DIST_SETUP: `${release}/${setup}`,
  });
  endLeftovers();
  say(`Checked in ${seconds(began)}.\n\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  return totals.failed > 0 || totals.passed === 0 ? 1 : 0;
});

/** @param {string} why */
function skip(why) {
  say(`Skipped: ${why}\n\n0 passed, 0 failed, 1 skipped`);
  return 0;
}

/** @param {'dir' | 'nsis'} target @param {Record<string, string>} env @param {string} sevenZip */
async function packaged(target, env, sevenZip) {
  const began = performance.now();
  const { code, output } = await electronBuilder(runtime, target, { env, sevenZip });
  if (code !== 0) throw new SetupError(`electron-builder failed:\n${tail(output, 30)}`);
  say(`electron-builder --win ${target}: ${seconds(began)}.`);
}
