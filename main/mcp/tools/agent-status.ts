/** `agent_status`: everything known of one agent. */
import { z } from 'zod';
import { statusRequestSchema } from '../../../protocol/queries.ts';
import { agentRecordSchema } from '../../../protocol/record.ts';
import { balanceLines, brief, line, reportLine } from '../brief.ts';
import { required } from '../input.ts';
import { ask, looks, type Tool } from '../tool.ts';

export const agentStatus: Tool = {
  name: 'agent_status',
  title: 'Status of an agent',
  description:
    'Everything known of one agent: status and what backs it, process, times, exit code, report and its problems, cost, tokens, children. ' +
    'It has ended when status is completed, failed, stopped, timed_out, lost, refused, expired or cancelled. ' +
    'To wait for an end use wait_for_agents; for its output read_agent_log.',
  input: z.object({ agent_id: required(statusRequestSchema.shape.agent_id, 'The agent: you, or one below you.') }),
  output: agentRecordSchema,
  hints: looks,
  async run(args, call) {
    const found = await ask(call, 'status', args);
    if (!found.ok) return found;
    const record = found.value.answer;
    const short = brief(record);
    return { ok: true, text: [line(short), reportLine(short), ...balanceLines(record)].join('\n'), content: record };
  },
};
