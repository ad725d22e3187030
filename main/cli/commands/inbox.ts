/** `ziggie inbox`: what a parent has yet to learn of its children, until it acknowledges it. */
import type { Command } from 'commander';
import { type InboxAnswer, longestWaitSeconds } from '../../../protocol/waiting.ts';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCodesHelp } from '../exit-codes.ts';
import { decimalNumber, wholeNumber } from '../option-values.ts';
import { resolveParent } from '../resolve-parent.ts';
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
    .option(
      '--of <id>',
      'the parent: an agent, or an outside parent by its name (default: inside an agent, the agent itself)',
    )
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
  return askAndShow(
    context,
    async (client) => {
      const parent = of === undefined ? null : await resolveParent(client, of);
      if (parent?.ok === false) return parent;
      return client.inbox({
        timeout,
        ...(parent === null ? {} : { agent_id: parent.value }),
        ...(ack === undefined ? {} : { acknowledge: ack }),
      });
    },
    (answer, paint) => inboxText(answer, paint, of !== undefined),
  );
}

/** One line per message, its number first, which is what `--ack` takes. `isNamed`: the parent has to be said again. Pure. */
export function inboxText(
  { agent_id: parent, messages, has_more }: InboxAnswer,
  paint: Paint,
  isNamed: boolean,
): string {
  if (messages.length === 0) return 'Nothing new.\n';
  const lines = messages.map(({ seq, at, type, agent_id, status, reason }) => {
    const what = type === 'child_ended' ? `ended: ${status}` : 'needs you';
    return `${String(seq).padStart(6)}  ${at}  ${agent_id}  ${what}  ${plain(reason)}`;
  });
  const last = messages.at(-1)?.seq ?? 0;
  const more = has_more ? 'More are behind these. ' : '';
  const of = isNamed ? ` --of ${parent}` : '';
  // The command ends the line, so that it can be copied as it stands.
  return `${lines.join('\n')}\n${paint.dim(`${more}Worked on? ziggie inbox${of} --ack ${last}`)}\n`;
}
