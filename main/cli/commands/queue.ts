/** `ziggie queue`: who waits for a slot, in their order, and for what; and the switch for all starts. */
import type { Command } from 'commander';
import Table from 'cli-table3';
import type { QueueAnswer } from '../../../protocol/queue.ts';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCodesHelp } from '../exit-codes.ts';
import { showFailure, usageFailure } from '../failure.ts';
import { formatDuration } from '../view/duration.ts';
import { bare } from '../view/fleet-table.ts';
import type { Paint } from '../view/paint.ts';
import { plain } from '../view/plain.ts';
import { askAndShow } from './ask.ts';

interface QueueOptions {
  readonly pause?: boolean;
  readonly resume?: boolean;
}

export function addQueue(program: Command, run: Run): void {
  program
    .command('queue')
    .description('Show who waits to be started, in their order, and for what.')
    .option('--pause', 'start nothing more: what is asked for waits, what runs goes on; also over a restart')
    .option('--resume', 'start again')
    .addHelpText('after', `\nExample:\n  ziggie queue --pause\n\n${exitCodesHelp}`)
    .action(run((context, options: QueueOptions) => queue(context, options)));
}

async function queue(context: Context, { pause, resume }: QueueOptions): Promise<ExitCode> {
  if (pause === true && resume === true) {
    const failure = usageFailure('--pause and --resume cannot both be. Give one of them.');
    return await showFailure(context.io, context.json, failure);
  }
  const text = (answer: QueueAnswer, paint: Paint): string => queueText(answer, paint, context.io.now());
  if (pause === true || resume === true) {
    return askAndShow(context, (client) => client.intake(pause === true), text);
  }
  return askAndShow(context, (client) => client.queue(), text);
}

/** Pure. `now`: milliseconds since 1970. */
export function queueText(
  { waiting, total, running, max_running, intake_paused }: QueueAnswer,
  paint: Paint,
  now: number,
): string {
  const slots = `${running} of ${max_running} slots are taken`;
  const head = intake_paused
    ? `${paint.bold('All starts are paused')} (ziggie queue --resume); ${slots}, ${total} wait.\n`
    : `${slots}, ${total} wait.\n`;
  if (waiting.length === 0) return head;
  const table = new Table({
    ...bare,
    head: ['PLACE', 'ID', 'TYPE', 'PRIORITY', 'SINCE', 'EXPIRES', 'REASON'].map(paint.bold),
  });
  for (const one of waiting) {
    const left =
      one.expires_at === null ? 'never' : `in ${formatDuration(Math.max(0, secondsTo(one.expires_at, now)))}`;
    const since = formatDuration(Math.max(0, -secondsTo(one.queued_at, now)));
    table.push([
      String(one.position),
      one.agent_id,
      one.agent_type,
      String(one.priority),
      since,
      left,
      plain(one.reason.replace(/^waiting: /, '')),
    ]);
  }
  return `${head}${table.toString().replace(/[ ]+$/gm, '')}\n`;
}

const secondsTo = (iso: string, now: number): number => (Date.parse(iso) - now) / 1000;
