/** `ziggie pause|resume|restart ID`: verbs that change a branch and say who changed and who did not. */
import type { Command } from 'commander';
import type { ClientResult } from '../../../clients/typescript/client.ts';
import type { HttpClient } from '../../../clients/typescript/http-client.ts';
import type { BranchAnswer } from '../../../protocol/verbs.ts';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCodes, exitCodesHelp } from '../exit-codes.ts';
import { resolveAgent } from '../resolve-agent.ts';
import type { Paint } from '../view/paint.ts';
import { plain } from '../view/plain.ts';
import { askAndShow } from './ask.ts';

interface VerbOptions {
  readonly reason?: string;
  readonly branch?: boolean;
  readonly requestId?: string;
}

const idArgument = ['<id>', 'the agent: its id, or a beginning or end of it that fits no other'] as const;
const reasonOption = ['--reason <text>', 'why; kept with the agent'] as const;

export function addPause(program: Command, run: Run): void {
  program
    .command('pause')
    .description('Freeze an agent and all below it; nothing below it is started until it is resumed.')
    .argument(...idArgument)
    .option(...reasonOption)
    .addHelpText('after', `\nExample:\n  ziggie pause 7 --reason "let me look first"\n\n${exitCodesHelp}`)
    .action(
      run((context, id: string, { reason }: VerbOptions) =>
        verb(context, id, (client, it) => client.pause(it, reason)),
      ),
    );
}

export function addResume(program: Command, run: Run): void {
  program
    .command('resume')
    .description('Let an agent and all below it go on where they were paused.')
    .argument(...idArgument)
    .option(...reasonOption)
    .addHelpText('after', `\nExample:\n  ziggie resume 7\n\n${exitCodesHelp}`)
    .action(
      run((context, id: string, { reason }: VerbOptions) =>
        verb(context, id, (client, it) => client.resume(it, reason)),
      ),
    );
}

export function addRestart(program: Command, run: Run): void {
  program
    .command('restart')
    .description('Run an agent that has ended once more, as its next attempt. What it did before is kept.')
    .argument(...idArgument)
    .option(...reasonOption)
    .option('--branch', 'also every agent below it that ended without completing')
    .option('--request-id <id>', 'names the request: the same id again restarts nothing (default: a new one)')
    .addHelpText('after', `\nExample:\n  ziggie restart 7 --branch\n\n${exitCodesHelp}`)
    .action(
      run((context, id: string, { reason, branch, requestId }: VerbOptions) =>
        verb(context, id, (client, it) =>
          client.restart(it, {
            branch: branch === true,
            ...(reason === undefined ? {} : { reason }),
            ...(requestId === undefined ? {} : { request_id: requestId }),
          }),
        ),
      ),
    );
}

function verb(
  context: Context,
  id: string,
  act: (client: HttpClient, agentId: string) => Promise<ClientResult<BranchAnswer>>,
): Promise<ExitCode> {
  return askAndShow(
    context,
    async (client) => {
      const agent = await resolveAgent(client, id);
      return agent.ok ? act(client, agent.value.agent_id) : agent;
    },
    branchText,
    ({ changed }) => (changed.length > 0 ? exitCodes.ok : exitCodes.failed),
  );
}

/** One line per agent: what it is now, or why it stayed as it was. Pure. */
export function branchText({ changed, unchanged, unfrozen }: BranchAnswer, paint: Paint): string {
  const lines = [
    ...changed.map((record) => `${record.agent_id}  ${record.agent_type}  ${paint.status(record)}`),
    ...unfrozen.map(({ agent_id, pids }) =>
      paint.bold(`${agent_id}  process ${pids.join(', ')} could not be frozen yet and still runs; it is tried again`),
    ),
    ...unchanged.map(({ agent_id, reason }) => paint.dim(`${agent_id}  unchanged: ${plain(reason)}`)),
  ];
  return `${lines.join('\n')}\n`;
}
