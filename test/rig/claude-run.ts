/** One run of the real Claude Code as the coordinator would start it: the runtime's own call, files for its streams. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClaudeRuntime } from '../../main/coordinator/runtimes/claude.ts';
import { agentEnvironment } from '../../main/coordinator/runtimes/environment.ts';
import type { LaunchSpec, Runtime } from '../../main/coordinator/runtimes/runtime.ts';
import { agentFacts } from './agent-facts.ts';

export interface ClaudeRunOptions {
  /** The program, as config.json would name it. */
  readonly command: string;
  readonly stubUrl: string;
  readonly prompt: string;
  readonly facts?: Partial<LaunchSpec['facts']>;
  readonly env?: Readonly<Record<string, string>>;
  /** `args` of config.json. */
  readonly args?: readonly string[];
  /** Run as this user instead of the test's own; only the superuser can. */
  readonly uid?: number;
}

export interface ClaudeRun {
  readonly runtime: Runtime;
  readonly args: readonly string[];
  readonly child: ChildProcess;
  readonly folder: string;
  readonly reportFile: string;
  /** Everything printed so far, standard error included. */
  log(): Promise<string>;
  /** Signals the whole group, as the coordinator does. */
  signal(signal: NodeJS.Signals): void;
  /** Exit code or signal name; ends the run by force after the limit and throws what it printed. */
  ended(limitMs?: number): Promise<number | string>;
  dispose(): Promise<void>;
}

/** Nothing of the tester's own account: a fresh home, a fake key, the stub as the only address. */
function cleanEnvironment(home: string, stubUrl: string): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: home,
    ANTHROPIC_BASE_URL: stubUrl,
    ANTHROPIC_API_KEY: 'sk-ant-fake',
    DISABLE_TELEMETRY: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  };
}

export async function startClaude(options: ClaudeRunOptions): Promise<ClaudeRun> {
  const folder = await mkdtemp(path.join(tmpdir(), 'ziggie-claude-'));
  const spec = await prepareFolders(folder, options);
  const env = cleanEnvironment(path.join(folder, 'home'), options.stubUrl);
  const runtime = createClaudeRuntime({
    name: 'claude',
    config: { kind: 'claude', command: options.command, args: [...(options.args ?? [])], env: {} },
    env,
    platform: process.platform,
    ziggie: path.resolve(import.meta.dirname, '../../dist/main/ziggie.js'),
    isRoot: (options.uid ?? process.getuid?.()) === 0,
    homedir: path.join(folder, 'home'),
  });
  const located = await runtime.locate();
  if (!located.ok) throw new Error(located.failure.message);
  const launch = runtime.launch(located.value, spec);
  for (const [file, text] of Object.entries(launch.files)) await writeFile(file, text);
  await writeFile(spec.promptFile, runtime.preparePrompt(options.prompt));
  const logFile = path.join(folder, 'agent.log');
  const prompt = await open(spec.promptFile, 'r');
  const log = await open(logFile, 'a');
  const additions = { ...launch.env, ZIGGIE_REPORT_FILE: spec.reportFile, ...options.env };
  const child = spawn(launch.file, launch.args, {
    cwd: spec.facts.cwd,
    env: agentEnvironment(env, additions),
    stdio: [prompt.fd, log.fd, log.fd],
    detached: true,
    ...(options.uid === undefined ? {} : { uid: options.uid }),
  });
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  await once(child, 'spawn');
  await Promise.all([prompt.close(), log.close()]);
  const signal = (name: NodeJS.Signals): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, name);
  };
  const readLog = (): Promise<string> => readFile(logFile, 'utf8');
  return {
    runtime,
    args: launch.args,
    child,
    folder,
    reportFile: spec.reportFile,
    log: readLog,
    signal,
    async ended(limitMs = 60_000) {
      const timer = setTimeout(() => signal('SIGKILL'), limitMs);
      const [code, endedBy] = await exit;
      clearTimeout(timer);
      if (endedBy === 'SIGKILL')
        throw new Error(`it did not end within ${limitMs} ms; it printed:\n${await readLog()}`);
      return code ?? endedBy ?? 'unknown';
    },
    async dispose() {
      signal('SIGKILL');
      await exit;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A root with its folders, and a project beside it: the report lies outside the working folder, as it does in real life. */
async function prepareFolders(folder: string, options: ClaudeRunOptions): Promise<LaunchSpec> {
  const root = path.join(folder, 'root');
  const runFolder = path.join(root, 'runs', 'agent_1');
  const cwd = path.join(folder, 'project');
  const reports = path.join(root, 'reports');
  for (const made of [root, path.dirname(runFolder), runFolder, cwd, reports, path.join(folder, 'home')]) {
    await mkdir(made, { recursive: true });
    if (options.uid !== undefined) await chown(made, options.uid, options.uid);
  }
  if (options.uid !== undefined) await chown(folder, options.uid, options.uid);
  const reportFile = path.join(reports, 'agent_20251109_143000_1_COMPLETION_REPORT.md');
  return {
    facts: agentFacts({ cwd, completion_report: reportFile, ...options.facts }),
    attempt: 1,
    promptFile: path.join(runFolder, 'prompt.md'),
    runFolder,
    root,
    reportFile,
    reportSections: ['Summary', 'Work completed', 'Results', 'Issues', 'Time'],
    url: 'http://127.0.0.1:9',
  };
}
