/** What must be said to Electron before it is ready, and holds for every process that it starts. */
import { app } from 'electron';

/**
 * Switches that open the pages to another program. Of an installed application anybody could put them into a shortcut or the
 * start at login, and would have the operator's token.
 */
const debuggingSwitches = ['remote-debugging-port', 'remote-debugging-pipe', 'remote-debugging-address'];

export function secureStart(): void {
  // Also for a page that forgets to ask for it.
  app.enableSandbox();
  if (app.isPackaged) for (const name of debuggingSwitches) app.commandLine.removeSwitch(name);
}
