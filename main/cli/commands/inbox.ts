/** `ziggie inbox`: what a parent has yet to learn of its children, until it acknowledges it. */
import type { Command } from 'commander';
import { type InboxAnswer, longestWaitSeconds } from '../../../protocol/waiting.ts';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCodesHelp } from '../exit-codes.ts';
import { decimalNumber, wholeNumber } from '../option-values.ts';
import type { Paint } from '../view/paint.ts';
import { plain } from '../view/plain.ts';
import { askAndShow } from './ask.ts';

interface InboxOptions {
  readonly of?: string;
  readonly ack?: number;
  readonly timeout: number;
}

export function addInbox(program: Command, run: Run): void {
  program
    .command('inbox')
    .description("Show what an agent's children need it to know: who ended, who needs it. Kept until acknowledged.")
    .option('--of <id>', 'the parent, by its whole id (default: inside an agent, the agent itself)')
    .option(
      '--ack <seq>',
      'forget the messages up to this one: they were worked on',
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    )
    .option(
      '--timeout <s>',
      'seconds to wait for a message when there is none',
      decimalNumber(0, longestWaitSeconds),
      0,
    )
    .addHelpText('after', `\nExample:\n  ziggie inbox --of overwatch_001 --ack 41 --timeout 60\n\n${exitCodesHelp}`)
    .action(run((context, options: InboxOptions) => inbox(context, options)));
}

function inbox(context: Context, { of, ack, timeout }: InboxOptions): Promise<ExitCode> {
  const asked = {
    timeout,
    ...(of === undefined ? {} : { agent_id: of }),
    ...(ack === undefined ? {} : { acknowledge: ack }),
  };
  return askAndShow(context, (client) => client.inbox(asked), inboxText);
}

/** One line per message, its number first, which is what `--ack` takes. Pure. */
export function inboxText({ messages, has_more }: InboxAnswer, paint: Paint): string {
  if (messages.length === 0) return 'Nothing new.\n';
  const lines = messages.map(({ seq, at, type, agent_id, status, reason }) => {
    const what = type === 'child_ended' ? `ended: ${status}` : 'needs you';
    return `${String(seq).padStart(6)}  ${at}  ${agent_id}  ${what}  ${plain(reason)}`;
  });
  const last = messages.at(-1)?.seq ?? 0;
  const more = has_more ? ' More are behind these.' : '';
  return `${lines.join('\n')}\n${paint.dim(`Worked on? ziggie inbox --ack ${last}.${more}`)}\n`;
}
