/** The `ziggie` command line: its commands, and what it ends with. */
import addCompletion from '@bomb.sh/tab/commander';
import { Command, CommanderError } from 'commander';
import { version } from '../version.ts';
import { addApprovals, addApprove, addDeny } from './commands/approvals.ts';
import { addBatch } from './commands/batch.ts';
import { addPause, addRestart, addResume } from './commands/branch-verbs.ts';
import { addCompliance } from './commands/compliance.ts';
import { addDoctor } from './commands/doctor.ts';
import { addDeploy } from './commands/deploy.ts';
import { addEvents } from './commands/events.ts';
import { addInit } from './commands/init.ts';
import { addInbox } from './commands/inbox.ts';
import { addLogs } from './commands/logs.ts';
import { addLs } from './commands/ls.ts';
import { addMcp } from './commands/mcp.ts';
import { addPlan } from './commands/plan.ts';
import { addPrioritize } from './commands/prioritize.ts';
import { addQueue } from './commands/queue.ts';
import { addReport } from './commands/report.ts';
import { addServe } from './commands/serve.ts';
import { addStatus } from './commands/status.ts';
import { addStop } from './commands/stop.ts';
import { addTree } from './commands/tree.ts';
import { addWait } from './commands/wait.ts';
import { createContext, type Handler, type Run } from './context.ts';
import { exitCodes, exitCodesHelp } from './exit-codes.ts';
import { showFailure, usageFailure } from './failure.ts';
import type { Io } from './io.ts';

/** Runs one command line (without `node` and the script) and returns the exit code. Throws only by mistake. */
export async function runCli(argv: readonly string[], io: Io): Promise<number> {
  const outcome: { code: number } = { code: exitCodes.ok };
  const run: Run =
    <Args extends unknown[]>(handler: Handler<Args>) =>
    async (...args: [...Args, Command]) => {
      const command = args.at(-1) as Command;
      const context = createContext(io, command.optsWithGlobals());
      outcome.code = await handler(context, ...(args.slice(0, -1) as unknown as Args));
    };
  try {
    await createProgram(io, run).parseAsync(argv, { from: 'user' });
    return outcome.code;
  } catch (error) {
    if (error instanceof CommanderError) return await endOf(error, io, argv.includes('--json'));
    throw error;
  }
}

function createProgram(io: Io, run: Run): Command {
  const program = new Command('ziggie')
    .description('Deploy, watch and stop trees of AI coding agents on this machine.')
    .version(version)
    .option('--root <dir>', "the coordinator's folder (default: ZIGGIE_ROOT, else the system's usual place)")
    .option('--json', 'answer in JSON, failures too')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void io.out(text),
      writeErr: (text) => void io.err(text),
      // Said in one line where the error arrives.
      outputError: () => undefined,
      getOutHelpWidth: () => io.columns ?? 100,
      getErrHelpWidth: () => io.columns ?? 100,
    })
    .addHelpText('after', programHelp);
  for (const add of commands) add(program, run);
  addCompletion(program, { completionCommandName: 'completion' });
  return program;
}

/** In the order in which help lists them. */
const commands = [
  addServe,
  addDeploy,
  addBatch,
  addPlan,
  addLs,
  addTree,
  addQueue,
  addPrioritize,
  addStatus,
  addLogs,
  addEvents,
  addWait,
  addInbox,
  addApprovals,
  addApprove,
  addDeny,
  addReport,
  addCompliance,
  addStop,
  addPause,
  addResume,
  addRestart,
  addDoctor,
  addInit,
  addMcp,
];

const programHelp = `
Example:
  ziggie serve --demo                       in one terminal
  ziggie ls                                 in another

Inside an agent, its ZIGGIE_TOKEN is used, and what it deploys becomes its child.

${exitCodesHelp}`;

/** Help and version come as errors too. Everything else is a wrong command line. */
async function endOf({ code, message }: CommanderError, io: Io, json: boolean): Promise<number> {
  if (code === 'commander.helpDisplayed' || code === 'commander.version') return exitCodes.ok;
  if (code === 'commander.help') return exitCodes.usage;
  const sentence = message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  return await showFailure(io, json, usageFailure(`${sentence.replace(/([^.?!)])$/, '$1.')} See \`ziggie --help\`.`));
}
