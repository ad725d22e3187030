/** The runtimes of config.json by name. */
import type { Config, RuntimeConfig } from '../../../protocol/config.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { createClaudeRuntime } from './claude.ts';
import { createCommandRuntime } from './command.ts';
import { createDemoRuntime } from './demo.ts';
import type { Machine } from './find-executable.ts';
import type { Runtime } from './runtime.ts';

export interface RuntimeDeps extends Machine {
  readonly isRoot: boolean;
  readonly homedir: string;
  /** Absolute path of the demo agent's script. */
  readonly demoAgent: string;
  /** Absolute path of the `ziggie` command's script. */
  readonly ziggie: string;
}

export interface Runtimes {
  readonly names: readonly string[];
  /** UNKNOWN_RUNTIME when config.json has no such entry. */
  get(name: string): Result<Runtime>;
}

export function createRuntimes(config: Pick<Config, 'runtimes'>, deps: RuntimeDeps): Runtimes {
  const runtimes = new Map(
    Object.entries(config.runtimes).map(([name, entry]) => [name, remembering(createRuntime(name, entry, deps))]),
  );
  const names = [...runtimes.keys()];
  return {
    names,
    get(name) {
      const runtime = runtimes.get(name);
      if (runtime !== undefined) return ok(runtime);
      const known = names.length === 0 ? 'none' : names.join(', ');
      return fail(
        'UNKNOWN_RUNTIME',
        `There is no runtime "${name}"; config.json has ${known}. Name one of these in config.runtime, or add it to "runtimes" in config.json.`,
        { given: name, known: names },
      );
    },
  };
}

/** A program that was there a moment ago is taken as there: a burst of deployments looks for it once. */
const rememberMs = 5000;

function remembering(runtime: Runtime): Runtime {
  let remembered: { readonly until: number; readonly found: ReturnType<Runtime['locate']> } | null = null;
  return {
    ...runtime,
    async locate() {
      if (remembered !== null && performance.now() < remembered.until) return remembered.found;
      const found = runtime.locate();
      remembered = { until: performance.now() + rememberMs, found };
      if (!(await found).ok) remembered = null; // It may be installed the next moment.
      return found;
    },
  };
}

function createRuntime(name: string, config: RuntimeConfig, deps: RuntimeDeps): Runtime {
  switch (config.kind) {
    case 'claude':
      return createClaudeRuntime({ name, config, ...deps });
    case 'command':
      return createCommandRuntime({ name, config, ...deps });
    case 'demo':
      return createDemoRuntime({ name, config, script: deps.demoAgent });
  }
}
