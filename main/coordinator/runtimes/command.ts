/** Any command line program as an agent: its prompt on standard input or in a file, its exit code decides. */
import type { RuntimeConfig } from '../../../protocol/config.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { findProgram, type Machine } from './find-executable.ts';
import { type LaunchSpec, plainOutputReader, type Program, type Runtime, takesNoWords } from './runtime.ts';

export interface CommandRuntimeOptions extends Machine {
  /** Its name in config.json, for messages. */
  readonly name: string;
  readonly config: Extract<RuntimeConfig, { kind: 'command' }>;
}

export function createCommandRuntime(options: CommandRuntimeOptions): Runtime {
  const { config } = options;
  return {
    kind: 'command',
    locate: () => locate(options),
    preparePrompt: (prompt) => prompt,
    launch: (program, spec) => ({
      file: program.file,
      args: [...program.leadingArgs, ...fillArguments(config.args, spec)],
      env: { ...config.env, ...program.env },
      promptOnStdin: config.prompt === 'stdin',
      files: {},
    }),
    stopSteps: (graceSeconds) => [{ signal: 'SIGTERM', waitSeconds: graceSeconds }],
    outputReader: plainOutputReader,
    message: (facts) =>
      takesNoWords(
        facts,
        `the program of runtime "${options.name}" is given its prompt as a file that ends, and nothing after it`,
      ),
  };
}

/** Looked for at every start: it costs little and a program may come or go. */
async function locate({ name, config, env, platform }: CommandRuntimeOptions): Promise<Result<Program>> {
  const resolution = await findProgram(config.command, { env: { ...env, ...config.env }, platform });
  if (resolution.found) return ok(resolution.program);
  return fail(
    'RUNTIME_NOT_FOUND',
    `The program of runtime "${name}" was not found: ${resolution.reason}. Correct runtimes.${name}.command in config.json or install the program, then deploy again.`,
    { runtime: name, command: config.command, reason: resolution.reason },
  );
}

/**
 * Fills `{model} {prompt_file} {agent_id} {report_file} {root}` wherever they stand in an argument. Without a model, an
 * argument that holds `{model}` is left out, and so is an option right before an argument that is `{model}` alone.
 */
export function fillArguments(args: readonly string[], spec: LaunchSpec): string[] {
  const { model } = spec.facts;
  const values: Record<string, string> = {
    model: model ?? '',
    prompt_file: spec.promptFile,
    agent_id: spec.facts.agent_id,
    report_file: spec.reportFile,
    root: spec.root,
  };
  const kept = model === null ? withoutModel(args) : args;
  return kept.map((arg) =>
    arg.replace(/\{(model|prompt_file|agent_id|report_file|root)\}/g, (_, name: string) => values[name] ?? ''),
  );
}

function withoutModel(args: readonly string[]): string[] {
  return args.filter((arg, index) => {
    const isItsOption = arg.startsWith('-') && args[index + 1] === '{model}';
    return !arg.includes('{model}') && !isItsOption;
  });
}
