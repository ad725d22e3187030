/** `ziggie wait ID...`: returns when agents have ended. */
import type { Command } from 'commander';
import type { ClientResult } from '../../../clients/typescript/client.ts';
import type { WaitAnswer } from '../../../protocol/waiting.ts';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCodes, exitCodesHelp } from '../exit-codes.ts';
import { showFailure, usageFailure } from '../failure.ts';
import { decimalNumber } from '../option-values.ts';
import { type Ask, patientAsk } from '../patient.ts';
import { resolveAgent } from '../resolve-agent.ts';
import { resolveParent } from '../resolve-parent.ts';
import { reasonOf } from '../view/life.ts';
import { createPaint, type Paint } from '../view/paint.ts';
import { plain } from '../view/plain.ts';

interface WaitOptions {
  readonly any?: boolean;
  readonly children?: string | boolean;
  readonly timeout: number;
}

/** A year. */
const mostSeconds = 31_536_000;
/** One call waits so long, then the next one begins: a broken connection is noticed within it. */
const callSeconds = 60;

export function addWait(program: Command, run: Run): void {
  program
    .command('wait')
    .description('Return when agents have ended: 0 if all that were waited for completed, 1 if one did not.')
    .argument('[ids...]', 'the agents; none: the children of --children, or inside an agent its own')
    .option('--any', 'return when the first has ended')
    .option('--children <id>', 'all children of this agent or outside parent')
    .option(
      '--timeout <s>',
      'seconds after which to give up with 1; 0 never does (default: 0)',
      decimalNumber(0, mostSeconds),
      0,
    )
    .addHelpText('after', `\nExample:\n  ziggie wait 7 8 9 --any\n\n${exitCodesHelp}`)
    .action(run((context, ids: string[], options: WaitOptions) => wait(context, ids, options)));
}

async function wait(context: Context, ids: readonly string[], options: WaitOptions): Promise<ExitCode> {
  const { io, json } = context;
  const { any, children, timeout } = options;
  if (ids.length > 0 && typeof children === 'string') {
    return await showFailure(io, json, usageFailure('Give either ids or --children, not both.'));
  }
  const asking = await patientAsk(context);
  if (!asking.ok) return await showFailure(io, json, asking.failure);
  const ask = asking.value;
  const parent = typeof children === 'string' ? await ask((client) => resolveParent(client, children)) : null;
  if (parent?.ok === false) return await showFailure(io, json, parent.failure);
  const named: string[] = [];
  for (const id of ids) {
    const agent = await ask((client) => resolveAgent(client, id));
    if (!agent.ok) return await showFailure(io, json, agent.failure);
    named.push(agent.value.agent_id);
  }
  const whom = parent !== null ? { parent_agent: parent.value } : named.length > 0 ? { agent_ids: named } : {};
  const answer = await until(ask, { ...whom, mode: any === true ? 'any' : 'all' }, timeout, io);
  if (!answer.ok) return await showFailure(io, json, answer.failure);
  await io.out(json ? `${JSON.stringify(answer.value)}\n` : waitText(answer.value, createPaint(io.colour.out)));
  const isWell = answer.value.done && answer.value.ended.every(({ status }) => status === 'completed');
  return isWell ? exitCodes.ok : exitCodes.failed;
}

type Whom = { agent_ids?: string[]; parent_agent?: string | null; mode: 'any' | 'all' };

/** Asks again and again, a minute each, also through a restart of the coordinator. */
async function until(ask: Ask, whom: Whom, timeout: number, io: Context['io']): Promise<ClientResult<WaitAnswer>> {
  const deadline = timeout === 0 ? Infinity : io.now() + timeout * 1000;
  for (;;) {
    const left = Math.max(0, (deadline - io.now()) / 1000);
    const answer = await ask((client) => client.wait({ ...whom, timeout: Math.min(callSeconds, left) }));
    if (!answer.ok || answer.value.done || io.now() >= deadline || io.gone.aborted) return answer;
  }
}

/** One line per agent that ended, one for who did not. Pure. */
export function waitText({ ended, pending }: WaitAnswer, paint: Paint): string {
  const lines = ended.map((record) => `${record.agent_id}  ${paint.status(record)}  ${plain(reasonOf(record))}`);
  if (pending.length > 0) lines.push(paint.dim(`not yet ended: ${pending.join(', ')}`));
  return `${lines.join('\n')}\n`;
}
