/** `submit_report`: the completion report as an argument instead of a file. */
import { z } from 'zod';
import { reportAnswerSchema } from '../../../protocol/queries.ts';
import { submitReportRequestSchema } from '../../../protocol/verbs.ts';
import { optional, required } from '../input.ts';
import { ask, type Tool } from '../tool.ts';

const { agent_id, markdown } = submitReportRequestSchema.shape;

export const submitReport: Tool = {
  name: 'submit_report',
  title: 'Submit the completion report',
  description:
    'Hands in your completion report, instead of writing its file, and checks it at once. Call it last, before you end. It must name ' +
    'your agent id and have every required section, none empty (your instructions list them). When report_problems is not empty, ' +
    'correct the text and submit it again: the new one replaces the old.',
  input: z.object({
    markdown: required(markdown, 'The whole report, Markdown.'),
    agent_id: optional(agent_id, 'Leave out: your own report.'),
  }),
  output: reportAnswerSchema.pick({ agent_id: true, completion_report: true, exists: true, report_problems: true }),
  hints: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  async run(args, call) {
    const handed = await ask(call, 'submit_report', args);
    if (!handed.ok) return handed;
    const { agent_id: id, completion_report, exists, report_problems } = handed.value.answer;
    const text =
      report_problems.length === 0
        ? `The report is accepted: ${completion_report}`
        : `The report has problems: ${report_problems.map(({ message }) => message).join('; ')}. Correct them and submit it again.`;
    return { ok: true, text, content: { agent_id: id, completion_report, exists, report_problems } };
  },
};
