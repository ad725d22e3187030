/** Finds the Claude Code program on this machine and makes sure that it is the one. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import type { RuntimeConfig } from '../../../protocol/config.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { programsBehind } from './claude-package.ts';
import { type ClaudeMachine, claudePlaces } from './claude-places.ts';
import { agentEnvironment } from './environment.ts';
import { findProgram, isRunnable } from './find-executable.ts';
import type { Program } from './runtime.ts';

export interface ClaudeProgramOptions extends ClaudeMachine {
  /** Its name in config.json, for messages. */
  readonly name: string;
  readonly config: Extract<RuntimeConfig, { kind: 'claude' }>;
}

/** A cold start takes 3 s; a program that says nothing for this long (the desktop application, say) is not the one. */
const versionLimitSeconds = 10;

/** What a search came to: the program, or one line for each place where something lay that was not it. */
type Search =
  { readonly program: Program } | { readonly looked: readonly string[]; readonly rejected: readonly string[] };

/** One search at a time. What was found is remembered as long as it is there; a failure is looked for again. */
export function createClaudeLocator(options: ClaudeProgramOptions): () => Promise<Result<Program>> {
  let known: Program | null = null;
  let searching: Promise<Result<Program>> | null = null;
  const search = async (): Promise<Result<Program>> => {
    if (known !== null && (await isRunnable(known.file, options.platform))) return ok(known);
    const { command } = options.config;
    const outcome = command === null ? await searchPlaces(options) : await tryCommand(command, options);
    known = 'program' in outcome ? outcome.program : null;
    return 'program' in outcome ? ok(outcome.program) : notFound(options, outcome);
  };
  return () => {
    searching ??= search().finally(() => {
      searching = null;
    });
    return searching;
  };
}

async function searchPlaces(options: ClaudeProgramOptions): Promise<Search> {
  const looked = claudePlaces(options);
  const rejected: string[] = [];
  for (const place of looked) {
    for (const file of await expandStar(place)) {
      if (!(await isRunnable(file, options.platform))) continue;
      const outcome = await tryFile(file, options);
      if ('program' in outcome) return outcome;
      rejected.push(...outcome.rejected);
    }
  }
  return { looked, rejected };
}

async function tryCommand(command: string, options: ClaudeProgramOptions): Promise<Search> {
  const { config, env, platform } = options;
  const resolution = await findProgram(command, { env: { ...env, ...config.env }, platform });
  if (!resolution.found) return { looked: [command], rejected: [resolution.reason] };
  const [script] = resolution.program.leadingArgs;
  return script === undefined ? tryFile(resolution.program.file, options) : tryPrograms([resolution.program], options);
}

async function tryFile(file: string, options: ClaudeProgramOptions): Promise<Search> {
  const programs = await programsBehind(file, options.platform);
  if (programs.length > 0) return tryPrograms(programs, options);
  return { looked: [file], rejected: [`${file} is not a program, and none lies in its package`] };
}

async function tryPrograms(programs: readonly Program[], options: ClaudeProgramOptions): Promise<Search> {
  const rejected: string[] = [];
  for (const program of programs) {
    const problem = await versionProblem(program, options);
    if (problem === null) return { program };
    rejected.push(`${[program.file, ...program.leadingArgs].join(' ')} ${problem}`);
  }
  return { looked: programs.map(({ file }) => file), rejected };
}

/** null when `--version` says that this is Claude Code. The desktop application is called claude.exe as well. */
async function versionProblem(
  program: Program,
  { config, env, platform }: ClaudeProgramOptions,
): Promise<string | null> {
  const run = await execa(program.file, [...program.leadingArgs, '--version'], {
    env: agentEnvironment(env, { DISABLE_AUTOUPDATER: '1', ...config.env, ...program.env }, platform),
    extendEnv: false,
    stdin: 'ignore',
    timeout: versionLimitSeconds * 1000,
    maxBuffer: 100_000,
    windowsHide: true,
    reject: false,
  });
  if (run.timedOut) return `did not answer --version within ${versionLimitSeconds} s`;
  if (run.failed) return `could not tell its version: ${firstLine(run.stderr) || run.shortMessage}`;
  return run.stdout.includes('(Claude Code)') ? null : `is another program: its version is "${firstLine(run.stdout)}"`;
}

const firstLine = (text: string): string => (text.trim().split('\n')[0] ?? '').slice(0, 200);

/** The folders that a `*` in the path stands for, newest version first; a path without one is itself. */
async function expandStar(place: string): Promise<string[]> {
  const star = `${path.sep}*${path.sep}`;
  const at = place.indexOf(star);
  if (at < 0) return [place];
  const [above, below] = [place.slice(0, at), place.slice(at + star.length)];
  try {
    const names = await readdir(above);
    names.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
    return names.map((name) => path.join(above, name, below));
  } catch {
    return []; // That version manager is not installed here.
  }
}

function notFound({ name }: ClaudeProgramOptions, search: Extract<Search, { looked: unknown }>): Result<never> {
  const { looked, rejected } = search;
  const found = rejected.length === 0 ? '' : ` Not usable: ${rejected.join('; ')}.`;
  return fail(
    'RUNTIME_NOT_FOUND',
    `Claude Code, the program of runtime "${name}", was not found. Looked at ${looked.join(', ')}.${found} Install Claude Code, or set runtimes.${name}.command in config.json to its absolute path, then deploy again.`,
    { runtime: name, looked, rejected },
  );
}
