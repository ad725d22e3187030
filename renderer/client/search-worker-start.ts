/** Starts the worker that searches logs. The page's policy wants it said that its address is one of our own files. */
// oxlint-disable-next-line import/default -- Vite makes it
import workerAddress from '../log/search-worker.ts?worker&url';
import type { StartWorker } from '../log/log-search.ts';

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(address: string): string },
  ): { createScriptURL(address: string): string };
}

const policies = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
const policy = policies?.createPolicy('ziggie-search-worker', {
  createScriptURL(address) {
    const { origin } = new URL(address, window.location.href);
    if (origin !== window.location.origin) throw new Error('A worker of another origin is not ours.');
    return address;
  },
});

export const startSearchWorker: StartWorker = () =>
  new Worker(policy?.createScriptURL(workerAddress) ?? workerAddress, { type: 'module', name: 'log-search' });
