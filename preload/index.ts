/** Runs before the page, in its sandbox: exposes the few verbs of `DesktopBridge` as `window.ziggie` and nothing of Electron. */
import { contextBridge, ipcRenderer } from 'electron';
import { type BridgeCalls, type DesktopBridge, versionArgument } from '../protocol/desktop.ts';

async function call<C extends keyof BridgeCalls>(
  channel: C,
  ...parameters: Parameters<BridgeCalls[C]>
): Promise<ReturnType<BridgeCalls[C]>> {
  // Structured clone loses nothing of these shapes, and the shell's `serve` returns what the map says.
  const answer: unknown = await ipcRenderer.invoke(channel, ...parameters);
  return answer as ReturnType<BridgeCalls[C]>;
}

const bridge: DesktopBridge = {
  version: process.argv.find((argument) => argument.startsWith(versionArgument))?.slice(versionArgument.length) ?? '',
  connection: () => call('ziggie:connection'),
  loginItem: () => call('ziggie:login-item'),
  setLoginItem: (on) => call('ziggie:set-login-item', on),
  updates: () => call('ziggie:updates'),
  checkForUpdates: () => call('ziggie:check-for-updates'),
  downloadUpdate: () => call('ziggie:download-update'),
  restartToUpdate: () => call('ziggie:restart-to-update'),
};

contextBridge.exposeInMainWorld('ziggie', bridge);
