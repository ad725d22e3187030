/**
 * Starts a run in a job of its own: the program exists, suspended, and nothing of it runs before it is let go. Dies we before
 * that, the kernel ends it with the job. Letting go is claim, resume, and only then a handle of the job for the agent: at no
 * moment between can our death leave a process that neither runs nor ends.
 */
import { lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ok, type Result } from '../../../../protocol/failures.ts';
import { agentEnvironment } from '../../runtimes/environment.ts';
import { claimName } from '../exit-record.ts';
import type { HeldRun, LaunchOrder } from '../launcher.ts';
import { commandLine, commandLineLimit } from './command-line.ts';
import { createSuspended, type Suspended } from './create-process.ts';
import { environmentBlock } from './environment-block.ts';
import { writeExitLogged } from './exit-file.ts';
import type { RunMark } from '../ownership.ts';
import type { ExitWatch } from './exit-watch.ts';
import { callWords } from './handles.ts';
import { createJob, jobName, keepJobIn } from './job.ts';
import type { Handle, Native } from './native.ts';
import { processTimes } from './process-handle.ts';
import type { ProcessTable } from './process-table.ts';
import { startFailed } from './start-failed.ts';

export interface JobLauncherOptions {
  readonly native: Native;
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly bootId: string | null;
  readonly processes: ProcessTable;
  readonly exits: ExitWatch;
  /** Takes over the job's handle. */
  readonly onJob: (nonce: string, job: Handle) => void;
  /** A run that was never let go has ended: lets go of its handles. */
  readonly onAbandoned: (mark: RunMark) => void;
  readonly log: (line: string) => void;
}

/** `no_job`: Windows gives us none, so the run must be owned in another way. */
export type Held = Result<HeldRun> | { readonly ok: 'no_job'; readonly why: string };

export function holdInJob(options: JobLauncherOptions, order: LaunchOrder): Held {
  const { native, root, onJob } = options;
  const refused = refusal(order);
  if (refused !== null) return startFailed(order, refused);
  const job = createJob(native, jobName(root, order.run));
  if (!job.ok) return { ok: 'no_job', why: callWords(job) };
  const created = createSuspended(native, {
    file: order.file,
    commandLine: commandLine(order.file, order.args),
    cwd: order.cwd,
    environment: environmentBlock(agentEnvironment(options.environment, order.env, 'win32')),
    inputFile: order.inputFile,
    logFile: order.logFile,
    job: job.value,
  });
  if (!created.ok) {
    native.CloseHandle(job.value);
    return created.call === 'AssignProcessToJobObject'
      ? { ok: 'no_job', why: callWords(created) }
      : startFailed(order, callWords(created));
  }
  onJob(order.run.nonce, job.value);
  return ok(heldRun(options, order, created.value, job.value));
}

function heldRun(options: JobLauncherOptions, order: LaunchOrder, started: Suspended, job: Handle): HeldRun {
  const { native, processes, exits, bootId, onAbandoned, log } = options;
  const { pid, process, thread } = started;
  const identity = { pid, start_time: processTimes(native, process)?.created ?? null, boot_id: bootId };
  processes.hold(identity, process);
  const state = { letGo: false };
  const gone = exits.ended(process).then(() => {
    const end = processes.endOf(identity);
    if (state.letGo && end !== null && end.code !== null)
      writeExitLogged(order.attemptFolder, { code: end.code, at: end.at }, log);
    return { code: end?.code ?? null, signal: null };
  });
  const abandon = (): void => {
    native.TerminateProcess(process, 1);
    native.CloseHandle(thread);
    void gone.then(() => onAbandoned({ ...order.run, leader: identity }));
  };
  const release = (): void => {
    if (!claim(order, pid, log)) return abandon();
    state.letGo = true;
    native.ResumeThread(thread);
    native.CloseHandle(thread);
    keepJobIn(native, process, job);
  };
  return { identity, gone, release, abandon };
}

/** Whoever makes the claim runs; it can be made once. */
function claim({ attemptFolder, run }: LaunchOrder, pid: number, log: (line: string) => void): boolean {
  try {
    writeFileSync(join(attemptFolder, claimName), `${pid}\n`, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    log(`${run.agentId} is not let go, because its claim cannot be made: ${String(error)}`);
    return false;
  }
}

/** null: it can be tried. */
function refusal({ file, args, env, logFile }: LaunchOrder): string | null {
  if (/\.(?:bat|cmd)[. ]*$/i.test(file)) return 'it is a batch file, which would be read by cmd.exe';
  if ([file, ...args, ...Object.entries(env).flat()].some((text) => text.includes('\0'))) {
    return 'an argument or a variable holds a zero character';
  }
  if (commandLine(file, args).length >= commandLineLimit) {
    return `its command line has more than ${commandLineLimit - 1} characters`;
  }
  const log = lstatSync(logFile, { throwIfNoEntry: false });
  return log === undefined || log.isFile() ? null : `${logFile} is not a regular file`;
}
