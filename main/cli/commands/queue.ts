/** `ziggie queue`: how full the coordinator is, who waits for a slot, in their order, and for what; and the switch for all starts. */
import type { Command } from 'commander';
import type { QueueAnswer } from '../../../protocol/queue.ts';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCodesHelp } from '../exit-codes.ts';
import { showFailure, usageFailure } from '../failure.ts';
import type { Paint } from '../view/paint.ts';
import { queueText } from '../view/queue-text.ts';
import { askAndShow } from './ask.ts';

interface QueueOptions {
  readonly pause?: boolean;
  readonly resume?: boolean;
}

export function addQueue(program: Command, run: Run): void {
  program
    .command('queue')
    .description('Show how full the limits are, who waits to be started, in their order, and for what.')
    .option('--pause', 'start nothing more: what is asked for waits, what runs goes on; also over a restart')
    .option('--resume', 'start again')
    .addHelpText('after', `\nExample:\n  ziggie queue --pause\n\n${exitCodesHelp}`)
    .action(run((context, options: QueueOptions) => queue(context, options)));
}

async function queue(context: Context, { pause, resume }: QueueOptions): Promise<ExitCode> {
  const { io, json } = context;
  if (pause === true && resume === true) {
    const failure = usageFailure('--pause and --resume cannot both be. Give one of them.');
    return await showFailure(io, json, failure);
  }
  const text = (answer: QueueAnswer, paint: Paint): string =>
    queueText(answer, { paint, now: io.now(), columns: io.columns });
  if (pause === true || resume === true) {
    return askAndShow(context, (client) => client.intake(pause === true), text);
  }
  return askAndShow(context, (client) => client.queue(), text);
}
