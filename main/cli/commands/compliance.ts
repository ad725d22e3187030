/** `ziggie compliance`: the Protocol v1.2 score, and the fact behind each point. */
import type { Command } from 'commander';
import Table from 'cli-table3';
import { type ComplianceAnswer, criteria, type Points } from '../../../protocol/compliance.ts';
import type { Point } from '../../../protocol/compliance-point.ts';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCodesHelp } from '../exit-codes.ts';
import { resolveParent } from '../resolve-parent.ts';
import { bare } from '../view/fleet-table.ts';
import type { Paint } from '../view/paint.ts';
import { plain } from '../view/plain.ts';
import { askAndShow } from './ask.ts';

interface ComplianceOptions {
  readonly tree?: boolean;
  readonly day?: string;
}

export function addCompliance(program: Command, run: Run): void {
  program
    .command('compliance')
    .description('Show the Protocol v1.2 score of an agent, a tree or a day, with the fact behind each point.')
    .argument(
      '[agent]',
      'an outside parent by its name, or an agent: its id, or a beginning or end of it that fits no other; left out: all',
    )
    .option('--tree', 'all below it, too')
    .option('--day <YYYY-MM-DD>', 'only agents accepted on that day, UTC')
    .addHelpText('after', `\nExample:\n  ziggie compliance 7 --tree\n\n${exitCodesHelp}`)
    .action(run((context, id: string | undefined, options: ComplianceOptions) => compliance(context, id, options)));
}

function compliance(context: Context, id: string | undefined, { tree, day }: ComplianceOptions): Promise<ExitCode> {
  return askAndShow(
    context,
    async (client) => {
      const agent = id === undefined ? null : await resolveParent(client, id);
      if (agent?.ok === false) return agent;
      return client.compliance({
        ...(agent === null ? {} : { agent_id: agent.value }),
        ...(tree === true ? { tree } : {}),
        ...(day === undefined ? {} : { day }),
      });
    },
    complianceText,
  );
}

/** Pure. */
export function complianceText(answer: ComplianceAnswer, paint: Paint): string {
  const { agents, score, is_final, points } = answer;
  if (agents.length === 0) return 'There are no agents to score.\n';
  const only = agents.length === 1 ? agents[0] : undefined;
  const of = only === undefined ? `${agents.length} agents` : named(only);
  const head = `${paint.bold(`Protocol v1.2: ${scoreWords(score)} of 100`)}, ${of}${is_final ? '' : '; not final, something is pending'}\n\n`;
  const facts = new Table({ ...bare, head: ['CRITERION', 'POINTS', 'FACT'].map(paint.bold) });
  const shown: Points = only?.points ?? points;
  for (const criterion of criteria) {
    const point = shown[criterion];
    facts.push([
      criterion,
      `${pointWords(point)}${point.state === 'scored' ? ` of ${point.of}` : ''}`,
      plain(point.fact),
    ]);
  }
  if (only !== undefined) return `${head}${trimmed(facts)}\n`;
  const each = new Table({
    ...bare,
    head: ['ID', 'TYPE', 'NAME', 'STATUS', 'SCORE', ...criteria.map((criterion) => criterion.toUpperCase())].map(
      paint.bold,
    ),
  });
  for (const one of agents) {
    const own = criteria.map((criterion) => pointWords(one.points[criterion]));
    const { agent_id, agent_type, name, status } = one;
    each.push([agent_id, agent_type, plain(name ?? ''), status, scoreWords(one.score), ...own]);
  }
  return `${head}${trimmed(facts)}\n\n${trimmed(each)}\n`;
}

const named = ({ agent_id, name }: { agent_id: string; name: string | null }): string =>
  `${agent_id}${name === null ? '' : ` "${plain(name)}"`}`;
const scoreWords = (score: number | null): string => (score === null ? '-' : String(score));
const pointWords = ({ state, points }: Point): string =>
  state === 'scored' ? String(points) : state === 'pending' ? 'pending' : '-';
const trimmed = (table: Table.Table): string => table.toString().replace(/[ ]+$/gm, '');
