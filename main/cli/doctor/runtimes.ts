/** Checks of the agent CLIs that config.json names: whether each can be found, and where. */
import type { Config } from '../../../protocol/config.ts';
import { createRuntimes } from '../../coordinator/runtimes/registry.ts';
import { homedir } from 'node:os';
import { installedPaths } from '../../paths.ts';
import { bad, type Check, warn, well } from './check.ts';

/** A runtime that nobody named may be missing: the built-in ones are always listed. */
export async function checkRuntimes(config: Config, env: NodeJS.ProcessEnv): Promise<Check[]> {
  const runtimes = createRuntimes(config, {
    env,
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    homedir: homedir(),
    demoAgent: installedPaths.demoAgent,
  });
  const checks = runtimes.names.map(async (name): Promise<Check> => {
    const label = `runtime ${name}`;
    const isDefault = name === config.default_runtime;
    const runtime = runtimes.get(name);
    if (!runtime.ok) return bad(label, runtime.failure.message, 'Correct config.json.');
    const program = await runtime.value.locate();
    if (program.ok) {
      const { file, leadingArgs } = program.value;
      return well(label, `${[file, ...leadingArgs].join(' ')}${isDefault ? ' (the default)' : ''}`);
    }
    const mend = `Install it, or name its program as runtimes.${name}.command in config.json.`;
    return isDefault ? bad(label, program.failure.message, mend) : warn(label, program.failure.message, mend);
  });
  return Promise.all(checks);
}
