/** `ziggie report ID`: a completion report and what is wrong with it; or, inside an agent, handing in one's own. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ReportAnswer } from '../../../protocol/queries.ts';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCodes, exitCodesHelp } from '../exit-codes.ts';
import { type CliResult, usage } from '../failure.ts';
import { resolveAgent } from '../resolve-agent.ts';
import type { Paint } from '../view/paint.ts';
import { createLogSanitiser } from '../view/log-sanitiser.ts';
import { plain } from '../view/plain.ts';
import { askAndShow } from './ask.ts';

interface ReportOptions {
  readonly submit?: string;
}

export function addReport(program: Command, run: Run): void {
  program
    .command('report')
    .description('Print the completion report of an agent and what is wrong with it; or hand one in.')
    .argument('[id]', 'the agent; may be left out with --submit inside an agent')
    .option('--submit <file>', 'hand in this file as the report; - reads standard input')
    .addHelpText(
      'after',
      `\nExample:\n  ziggie report 7\n  ziggie report --submit report.md      inside an agent: its own\n\n${exitCodesHelp}\nIt ends with 1 when the report is missing or has problems.`,
    )
    .action(run((context, id: string | undefined, options: ReportOptions) => report(context, id, options)));
}

function report(context: Context, id: string | undefined, { submit }: ReportOptions): Promise<ExitCode> {
  return askAndShow(
    context,
    async (client) => {
      if (id === undefined && submit === undefined) return usage('Whose report? Give the agent, or --submit FILE.');
      const agent = id === undefined ? null : await resolveAgent(client, id);
      if (agent !== null && !agent.ok) return agent;
      const agentId = agent?.value.agent_id;
      if (submit === undefined) return client.report(agentId ?? '');
      const text = await readReport(context, submit);
      return text.ok ? client.submitReport(text.value, agentId) : text;
    },
    reportText,
    ({ exists, report_problems }) => (exists && report_problems.length === 0 ? exitCodes.ok : exitCodes.failed),
  );
}

async function readReport({ io }: Context, file: string): Promise<CliResult<string>> {
  try {
    const text = file === '-' ? await io.readStdin() : await readFile(resolve(io.cwd, file), 'utf8');
    return text.trim() === '' ? usage(`${file} holds no report.`) : { ok: true, value: text };
  } catch (error) {
    return usage(`${file} cannot be read (${error instanceof Error ? error.message : String(error)}).`);
  }
}

/** The report as it is, made harmless for a terminal, then its problems. Pure. */
export function reportText(
  { completion_report, exists, markdown, report_problems }: ReportAnswer,
  paint: Paint,
): string {
  const sanitiser = createLogSanitiser();
  const text = markdown === null ? '' : `${(sanitiser.feed(markdown) + sanitiser.end()).trimEnd()}\n`;
  const missing = exists ? '' : `There is no report at ${completion_report}.\n`;
  const problems = report_problems.map(({ line, message, code }) =>
    paint.red(`${line === null ? '' : `line ${line}: `}${plain(message)} (${code})`),
  );
  return `${text}${missing}${problems.map((line) => `${line}\n`).join('')}`;
}
