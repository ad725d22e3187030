/** The scripted agent that ships with the project: plain Node, no network, no key. */
import { access } from 'node:fs/promises';
import type { RuntimeConfig } from '../../../protocol/config.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { nodeProgram } from './find-executable.ts';
import { plainOutputReader, type Program, type Runtime, takesNoWords } from './runtime.ts';

export interface DemoRuntimeOptions {
  readonly name: string;
  readonly config: Extract<RuntimeConfig, { kind: 'demo' }>;
  /** Absolute path of the demo agent's script. */
  readonly script: string;
}

export function createDemoRuntime({ name, config, script }: DemoRuntimeOptions): Runtime {
  return {
    kind: 'demo',
    locate: () => locate(name, script),
    preparePrompt: (prompt) => prompt,
    launch: (program) => ({
      file: program.file,
      args: [...program.leadingArgs],
      env: { ...config.env, ...program.env },
      promptOnStdin: true,
      files: {},
    }),
    stopSteps: (graceSeconds) => [{ signal: 'SIGTERM', waitSeconds: graceSeconds }],
    outputReader: plainOutputReader,
    message: (facts) => takesNoWords(facts, 'a demo agent follows the script of its prompt and nothing else'),
  };
}

async function locate(name: string, script: string): Promise<Result<Program>> {
  try {
    await access(script);
    return ok(nodeProgram(script));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(
      'RUNTIME_NOT_FOUND',
      `The demo agent of runtime "${name}" was expected at ${script} and cannot be read (${reason}). Build the project ("npm run build") or install it again.`,
      { runtime: name, looked: [script] },
    );
  }
}
