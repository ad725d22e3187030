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
  readonly tree?: true;
}

export function addReport(program: Command, run: Run): void {
  program
    .command('report')
    .description('Print the completion report of an agent and what is wrong with it; or hand one in.')
    .argument('[id]', 'the agent; may be left out with --submit inside an agent')
    .option('--submit <file>', 'hand in this file as the report; - reads standard input')
    .option('--tree', 'the combined report of the agent and all below it, as Markdown')
    .addHelpText(
      'after',
      `\nExample:\n  ziggie report 7\n  ziggie report 7 --tree > final.md\n  ziggie report --submit report.md      inside an agent: its own\n\n${exitCodesHelp}\nIt ends with 1 when the report is missing or has problems; with --tree, when the tree is not complete.`,
    )
    .action(run((context, id: string | undefined, options: ReportOptions) => report(context, id, options)));
}

function report(context: Context, id: string | undefined, { submit, tree }: ReportOptions): Promise<ExitCode> {
  return askAndShow(
    context,
    async (client) => {
      if (id === undefined && submit === undefined) return usage('Whose report? Give the agent, or --submit FILE.');
      if (tree === true && submit !== undefined) return usage('--tree looks and --submit hands in; give one of them.');
      const agent = id === undefined ? null : await resolveAgent(client, id);
      if (agent !== null && !agent.ok) {
        // A parent outside is not in the list of agents, and has a tree all the same.
        const isMaybeOutside = tree === true && id !== undefined && agent.failure.code === 'UNKNOWN_AGENT';
        return isMaybeOutside ? client.report(id, { tree }) : agent;
      }
      const agentId = agent?.value.agent_id;
      if (submit === undefined) return client.report(agentId ?? '', tree === true ? { tree } : {});
      const text = await readReport(context, submit);
      return text.ok ? client.submitReport(text.value, agentId) : text;
    },
    reportText,
    (answer) => (isGood(answer) ? exitCodes.ok : exitCodes.failed),
  );
}

const isGood = ({ exists, report_problems, tree }: ReportAnswer): boolean =>
  tree === undefined ? exists && report_problems.length === 0 : tree.reports.complete;

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
  { completion_report, exists, markdown, report_problems, tree }: ReportAnswer,
  paint: Paint,
): string {
  if (tree !== undefined) return harmless(tree.markdown);
  const text = markdown === null ? '' : harmless(markdown);
  const missing = exists ? '' : `There is no report at ${completion_report}.\n`;
  const problems = report_problems.map(({ line, message, code }) =>
    paint.red(`${line === null ? '' : `line ${line}: `}${plain(message)} (${code})`),
  );
  return `${text}${missing}${problems.map((line) => `${line}\n`).join('')}`;
}

function harmless(markdown: string): string {
  const sanitiser = createLogSanitiser();
  return `${(sanitiser.feed(markdown) + sanitiser.end()).trimEnd()}\n`;
}
