/**
 * `npm run test:windows`: the built coordinator and its ownership of process trees on the real Windows node.exe, under
 * Wine. Does its own set-up. The last line is `N passed, N failed, N skipped`. Without Wine nothing is tested: one line
 * says so, and the exit code is 0.
 */
import process from 'node:process';
import { say, seconds } from './run.mjs';
import { asCommand, ensureBuilt, ensureInstalled } from './setup.mjs';
import { suite } from './suites.mjs';
import { endLeftovers, windows } from './wine.mjs';

await asCommand(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const machine = await windows();
  if (machine.kind === 'missing') {
    say(`Skipped: ${machine.why}\n\n0 passed, 0 failed, 1 skipped`);
    return 0;
  }
  endLeftovers(); // Of a run that was interrupted.
  const began = performance.now();
  const totals = await suite('windows', process.argv.slice(2), machine.env);
  const left = endLeftovers();
  if (left.length > 0) say(`Processes were left behind:\n  ${left.join('\n  ')}`);
  const { passed, skipped } = totals;
  const failed = totals.failed + (left.length > 0 ? 1 : 0);
  say(`Tested in ${seconds(began)}.\n\n${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 || passed === 0 ? 1 : 0;
});
