/**
 * `npm run dist`: the Windows product into release/, by electron-builder. Does its own set-up.
 *
 *   npm run dist                  the installer
 *   npm run dist -- --win dir     the application as a folder only
 *
 *   ZIGGIE_FEED=URL   where installed copies look for updates; without it nowhere
 */
import process from 'node:process';
import { SetupError, runTool, say, seconds } from './run.mjs';
import { asCommand, ensureBuilt, ensureInstalled } from './setup.mjs';
import { withLock } from './lock.mjs';
import { stageForWindows } from './stage.mjs';

const TARGETS = ['nsis', 'dir'];

await asCommand(async () => {
  const target = targetOf(process.argv.slice(2));
  const feed = feedOptions(process.env['ZIGGIE_FEED'] ?? '');
  await ensureInstalled();
  await ensureBuilt();
  await withLock(stageForWindows);
  const began = performance.now();
  const options = ['--win', target, '--x64', '--publish', 'never', ...feed];
  const { code } = await runTool('electron-builder/cli.js', options, { show: true });
  if (code !== 0) throw new SetupError(`electron-builder could not make the product (exit code ${code}).`);
  say(`Made in release/ in ${seconds(began)}.`);
  return 0;
});

/** @param {string[]} args @returns {string} */
function targetOf(args) {
  if (args.length === 0) return 'nsis';
  const [option, target = ''] = args;
  if (args.length === 2 && option === '--win' && TARGETS.includes(target)) return target;
  throw new SetupError(`npm run dist takes "--win nsis" or "--win dir", and was given "${args.join(' ')}".`);
}

/** @param {string} feed @returns {string[]} */
function feedOptions(feed) {
  if (feed === '') return [];
  if (!URL.canParse(feed) || new URL(feed).protocol !== 'https:') {
    throw new SetupError(
      `ZIGGIE_FEED is "${feed}"; a feed of updates is an https: address, or nobody should trust it.`,
    );
  }
  return ['-c.publish.provider=generic', `-c.publish.url=${feed}`];
}
