/** `ziggie stop ID`: stops an agent and all below it, and says what that took. */
import type { Command } from 'commander';
import type { StopAnswer } from '../../../protocol/verbs.ts';
import type { AgentRecord } from '../../../protocol/record.ts';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCodes, exitCodesHelp } from '../exit-codes.ts';
import { showFailure } from '../failure.ts';
import { resolveAgent } from '../resolve-agent.ts';
import { createPaint, type Paint } from '../view/paint.ts';
import { plain } from '../view/plain.ts';

interface StopOptions {
  readonly reason?: string;
}

export function addStop(program: Command, run: Run): void {
  program
    .command('stop')
    .description('Stop an agent and all agents below it; returns when they are down.')
    .argument('<id>', 'the agent: its id, or a beginning or end of it that fits no other')
    .option('--reason <text>', 'why; kept with the agent')
    .addHelpText('after', `\nExample:\n  ziggie stop 7 --reason "wrong branch"\n\n${exitCodesHelp}`)
    .action(run((context, id: string, options: StopOptions) => stop(context, id, options)));
}

async function stop(context: Context, id: string, { reason }: StopOptions): Promise<ExitCode> {
  const { io, json } = context;
  const connection = await context.connect();
  if (!connection.ok) return await showFailure(io, json, connection.failure);
  const { client } = connection.value;
  const agent = await resolveAgent(client, id);
  if (!agent.ok) return await showFailure(io, json, agent.failure);
  const answer = await client.stop(agent.value.agent_id, reason);
  if (!answer.ok) return await showFailure(io, json, answer.failure);
  await io.out(json ? `${JSON.stringify(answer.value)}\n` : stopText(answer.value, createPaint(io.colour.out)));
  return answer.value.stopped.some(({ survivors }) => survivors.length > 0) ? exitCodes.failed : exitCodes.ok;
}

/** One line per agent that was touched, and one in red for each that left processes behind. Pure. */
export function stopText({ agent_id, status, stopped }: StopAnswer, paint: Paint): string {
  if (stopped.length === 0) return `${agent_id} and all below it had ended before (${plain(status)}).\n`;
  const lines = stopped.flatMap((record) => {
    const line = `${record.agent_id}  ${record.agent_type}  ${paint.status(record)}  ${whatItTook(record)}`;
    if (record.survivors.length === 0) return [line];
    const pids = record.survivors.join(', ');
    return [line, paint.red(`${record.agent_id} left processes that do not end: ${pids}. End them by hand.`)];
  });
  return `${lines.join('\n')}\n`;
}

function whatItTook({ stop_steps, status, status_reason }: AgentRecord): string {
  if (stop_steps.length > 0) return `by ${stop_steps.join(', then ')}`;
  return status === 'cancelled' ? 'before it started' : plain(status_reason);
}
