/** Ownership on Windows: by jobs where `koffi` can be loaded, else by what Node and taskkill can do. */
import type { Ownership, OwnershipOptions } from '../ownership.ts';
import { createDirectOwnership } from './direct-ownership.ts';
import { createJobOwnership } from './job-ownership.ts';
import { loadNative } from './native.ts';

export function createWindowsOwnership(options: OwnershipOptions): Ownership {
  const native = loadNative();
  if (typeof native !== 'string') return createJobOwnership(options, native);
  options.log(
    `koffi cannot be loaded (${native}), so agents are owned by their process and taskkill: a detached helper may outlive its agent, and an agent that outlives this coordinator can only be watched. "npm install koffi" brings jobs.`,
  );
  return createDirectOwnership(options);
}
