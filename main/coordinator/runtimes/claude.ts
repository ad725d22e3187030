/** Claude Code as an agent: one headless run that writes its events to the log as JSON lines. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { claudeArgs } from './claude-argv.ts';
import { claudeInstructions } from './claude-instructions.ts';
import { claudeMcpConfig, mcpConnectTimeoutMs } from './claude-mcp.ts';
import { createClaudeOutputReader } from './claude-output.ts';
import { type ClaudeProgramOptions, createClaudeLocator } from './claude-program.ts';
import { nodeProgram } from './find-executable.ts';
import { type Launch, type LaunchSpec, type Program, type Runtime, type StopStep, takesNoWords } from './runtime.ts';

export interface ClaudeRuntimeOptions extends ClaudeProgramOptions {
  readonly isRoot: boolean;
  /** Absolute path of the `ziggie` command's script, by which an agent asks for approvals. */
  readonly ziggie: string;
}

export function createClaudeRuntime(options: ClaudeRuntimeOptions): Runtime {
  return {
    kind: 'claude',
    locate: createClaudeLocator(options),
    preparePrompt: guardSlash,
    launch: (program, spec) => launch(options, program, spec),
    stopSteps,
    outputReader: createClaudeOutputReader,
    message: (facts) =>
      takesNoWords(facts, 'Claude Code reads its prompt from a file, to the end, and then nothing more'),
  };
}

/** A prompt that begins with `/word` would be taken for a command of the program and never reach the model. */
const guardSlash = (prompt: string): string => (prompt.startsWith('/') ? `\n${prompt}` : prompt);

function launch({ config, isRoot, ziggie }: ClaudeRuntimeOptions, program: Program, spec: LaunchSpec): Launch {
  const instructionsFile = path.join(spec.runFolder, 'instructions.md');
  const mcpConfigFile = path.join(spec.runFolder, 'mcp.json');
  const asks = config.approvals === 'ask';
  const args = claudeArgs({
    facts: spec.facts,
    sessionId: randomUUID(),
    instructionsFile,
    mcpConfigFile,
    isRoot,
    ...(asks ? { asks: { reportFile: spec.reportFile } } : {}),
    extraArgs: config.args,
  });
  return {
    file: program.file,
    args: [...program.leadingArgs, ...args],
    // An agent must not change the program under all the others.
    env: {
      DISABLE_AUTOUPDATER: '1',
      MCP_CONNECT_TIMEOUT_MS: String(mcpConnectTimeoutMs),
      ...config.env,
      ...program.env,
    },
    promptOnStdin: true,
    files: {
      [instructionsFile]: claudeInstructions(spec),
      [mcpConfigFile]: claudeMcpConfig(spec.url, asks ? nodeProgram(ziggie) : null),
    },
  };
}

/**
 * SIGINT ends the running tool and prints a result line; SIGTERM ends the program at once and leaves the tool behind. So
 * the first gets most of the grace.
 */
const sigintShare = 0.7;

function stopSteps(graceSeconds: number): StopStep[] {
  return [
    { signal: 'SIGINT', waitSeconds: graceSeconds * sigintShare },
    { signal: 'SIGTERM', waitSeconds: graceSeconds * (1 - sigintShare) },
  ];
}
