/** `ziggie prioritize ID N`: another place in the queue for an agent that waits. */
import type { Command } from 'commander';
import type { AgentRecord } from '../../../protocol/record.ts';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCodesHelp } from '../exit-codes.ts';
import { wholeNumber } from '../option-values.ts';
import { resolveAgent } from '../resolve-agent.ts';
import type { Paint } from '../view/paint.ts';
import { askAndShow } from './ask.ts';

export function addPrioritize(program: Command, run: Run): void {
  program
    .command('prioritize')
    .description('Give an agent that waits another place in the queue.')
    .argument('<id>', 'the agent: its id, or a beginning or end of it that fits no other')
    .argument('<priority>', '0 first to 9 last; of equal ones the oldest is first', wholeNumber(0, 9))
    .addHelpText('after', `\nExample:\n  ziggie prioritize 7 0\n\n${exitCodesHelp}`)
    .action(run((context, id: string, priority: number) => prioritize(context, id, priority)));
}

function prioritize(context: Context, id: string, priority: number): Promise<ExitCode> {
  return askAndShow(
    context,
    async (client) => {
      const agent = await resolveAgent(client, id);
      return agent.ok ? client.reprioritize(agent.value.agent_id, priority) : agent;
    },
    priorityText,
  );
}

/** Pure. */
const priorityText = (record: AgentRecord, paint: Paint): string =>
  `${record.agent_id}  ${record.agent_type}  priority ${record.priority}  ${paint.status(record)}\n`;
