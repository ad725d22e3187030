/**
 * What the coordinator must know of an agent CLI: where its program is, how it is called, how its output is read, how it
 * is asked to stop. One file per CLI implements it; nothing else in the coordinator knows a CLI by name.
 */
import type { AgentFacts, Usage } from '../../../protocol/agent.ts';
import { fail, type Result } from '../../../protocol/failures.ts';

/** A program that can be executed directly, without a shell, and the arguments that must come first (a script path, say). */
export interface Program {
  readonly file: string;
  readonly leadingArgs: readonly string[];
  /** Extra environment that this program needs, e.g. to run as plain Node. */
  readonly env: Readonly<Record<string, string>>;
}

/** Everything a launch may depend on. Absolute paths. */
export interface LaunchSpec {
  readonly facts: AgentFacts;
  readonly attempt: number;
  readonly promptFile: string;
  /** Where the runtime may write files of its own for this agent (`runs/<agent_id>`). */
  readonly runFolder: string;
  readonly root: string;
  readonly reportFile: string;
  readonly reportSections: readonly string[];
  readonly url: string;
}

/** A complete call: `env` is added to the scrubbed environment. The prompt file is standard input, or nothing is. */
export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly promptOnStdin: boolean;
  /** Files to write durably before the start, by absolute path. */
  readonly files: Readonly<Record<string, string>>;
}

/** One polite step of stopping: send the signal to the group, wait this long for the end. The force comes after the last. */
export interface StopStep {
  readonly signal: 'SIGINT' | 'SIGTERM';
  readonly waitSeconds: number;
}

/** What a runtime states about its own end; it overrules exit code 0. */
export interface RuntimeResult {
  readonly isError: boolean;
  /** One line for people: the error text, or how it ended. */
  readonly summary: string;
}

/** Reads one run's output line by line. Lines that mean nothing to it are ignored; it never throws. */
export interface OutputReader {
  /** False: its lines mean nothing here, so the output need not be read at all. */
  readonly isTelling: boolean;
  line(text: string): void;
  usage(): Usage;
  /** null: the output states no result, only the exit code tells. */
  result(): RuntimeResult | null;
  /** How many tools it used so far; absent: its output does not tell. */
  toolCalls?(): number;
}

export interface Runtime {
  readonly kind: AgentFacts['runtime_kind'];
  /** Found once and remembered; RUNTIME_NOT_FOUND says where was looked. */
  locate(): Promise<Result<Program>>;
  /** The bytes of `prompt.md`: what the program reads. */
  preparePrompt(prompt: string): string;
  launch(program: Program, spec: LaunchSpec): Launch;
  stopSteps(graceSeconds: number): readonly StopStep[];
  outputReader(): OutputReader;
  /** Gives words to an agent that runs; settles with where they went, in words. NOT_SUPPORTED where it takes none: says what to do instead. */
  message(facts: AgentFacts, text: string): Promise<Result<string>>;
}

/** For programs that read nothing after their prompt. `why` in words. */
export function takesNoWords({ agent_id, runtime }: AgentFacts, why: string): Promise<Result<never>> {
  return Promise.resolve(
    fail(
      'NOT_SUPPORTED',
      `${agent_id} cannot be told anything while it runs: ${why}. Deploy another agent below it or beside it with these words as its prompt, or stop it and deploy it anew with a prompt that has them.`,
      { agent_id, runtime },
    ),
  );
}

/** For programs whose output is only text: nothing is known but what the process tells. */
export function plainOutputReader(): OutputReader {
  return {
    isTelling: false,
    line: () => undefined,
    usage: () => ({ session_id: null, tokens: null, cost_usd: null, activity: null }),
    result: () => null,
  };
}
