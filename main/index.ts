/** The desktop entry: one instance first, then the coordinator, then the shell around it. */
import { app } from 'electron';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installedPaths } from './paths.ts';
import { type ShellArguments, readArguments } from './shell/arguments.ts';
import { askToQuit, quitSwitch } from './shell/ask-to-quit.ts';
import { openShellLog } from './shell/log.ts';
import { profileFolder } from './shell/profile.ts';
import { endOnMistakes, exitCodeOf, exitCodes, refuseToRun } from './shell/refusal.ts';
import { startShell } from './shell/shell.ts';
import { type SingleInstance, claimSingleInstance } from './shell/single-instance.ts';
import { secureStart } from './shell/start-up.ts';
import { tellWindows } from './shell/windows-identity.ts';

/** The built entry is dist/main/index.js: two folders below the application's own. */
const application = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

secureStart();
tellWindows(app, process.platform);
const given = readArguments(process.argv.slice(1));
app.setPath('userData', profileFolder(app.getPath('appData'), given.ok ? given.value.root : null));
const log = openShellLog(join(app.getPath('userData'), 'logs', 'shell.log'));
const asksToQuit = given.ok && process.argv.includes(quitSwitch);
const instance = given.ok && !asksToQuit ? claimSingleInstance(process.argv.slice(1), log) : null;

if (!given.ok) refuseToRun(given.failure, exitCodes.usage, log);
else if (asksToQuit) void askToQuit().then((code) => app.exit(code));
else if (instance === null) app.exit(0);
else void run(given.value, instance);

async function run(asked: ShellArguments, own: SingleInstance): Promise<void> {
  const { root, port, demo, hidden, open, freeAfterSeconds } = asked;
  endOnMistakes(log);
  // Loaded only by the instance that has the lock, so that a second start is over in a moment.
  const { startHost } = await import('./compose.ts');
  await app.whenReady();
  const host = await startHost({
    ...installedPaths,
    root,
    port,
    log: (line) => log.info(line),
  });
  if (!host.ok) return refuseToRun(host.failure, exitCodeOf(host.failure), log);

  const { coordinator, url, token } = host.value;
  log.info(`Serving ${coordinator.root} at ${url}.`);
  startShell({
    coordinator,
    url,
    token,
    close: (reason) => host.value.close(reason),
    instance: own,
    log,
    files: {
      preload: join(application, 'dist', 'preload', 'preload.cjs'),
      icons: join(application, 'assets', 'icons'),
      placements: join(app.getPath('userData'), 'window-places.json'),
    },
    hidden,
    open,
    freeAfterMs: freeAfterSeconds * 1000,
  });
  if (demo) {
    const { deployDemo } = await import('./deploy-demo.ts');
    const deployed = await deployDemo(host.value);
    if (!deployed.ok) log.error(`The demo was not deployed: ${deployed.failure.message}`);
  }
}
