/** `ziggie tree [ID]`: who works for whom. */
import type { Command } from 'commander';
import type { TreeAnswer, TreeNode } from '../../../protocol/queries.ts';
import type { AgentRecord } from '../../../protocol/record.ts';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCodesHelp } from '../exit-codes.ts';
import { resolveParent } from '../resolve-parent.ts';
import { groupLines } from '../view/balance-view.ts';
import { formatDuration } from '../view/duration.ts';
import { reasonOf, secondsOf } from '../view/life.ts';
import type { Paint } from '../view/paint.ts';
import { plain, shorten } from '../view/plain.ts';
import { askAndShow } from './ask.ts';

export function addTree(program: Command, run: Run): void {
  program
    .command('tree')
    .description('Draw the hierarchy of agents; with an ID, the branch below it.')
    .argument(
      '[id]',
      'an outside parent by its name, or an agent: its id, or a beginning or end of it that fits no other',
    )
    .addHelpText('after', `\nExample:\n  ziggie tree\n\n${exitCodesHelp}`)
    .action(run((context, id: string | undefined) => tree(context, id)));
}

function tree(context: Context, id: string | undefined): Promise<ExitCode> {
  const { io } = context;
  return askAndShow(
    context,
    async (client) => {
      if (id === undefined) return client.tree();
      const top = await resolveParent(client, id);
      return top.ok ? client.tree(top.value) : top;
    },
    (answer, paint) => treeText(answer, { paint, now: io.now(), columns: io.columns }),
  );
}

export interface TreeTextOptions {
  readonly paint: Paint;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Width of the terminal; null: nothing is cut. */
  readonly columns: number | null;
}

/** One line per agent, drawn as a tree. Pure. */
export function treeText({ roots }: TreeAnswer, options: TreeTextOptions): string {
  if (roots.length === 0)
    return 'No agents yet. Deploy one: ziggie deploy --prompt "Say hello and write your report."\n';
  const lines = roots.flatMap((root) => [lineOf(root, '', options), ...below(root, '', options)]);
  return `${lines.join('\n')}\n${groupLines(roots.flatMap(recordsIn), options.paint)}`;
}

const recordsIn = ({ agent, children }: TreeNode): AgentRecord[] => [
  ...(agent === null ? [] : [agent]),
  ...children.flatMap(recordsIn),
];

function below({ children }: TreeNode, indent: string, options: TreeTextOptions): string[] {
  return children.flatMap((child, index) => {
    const isLast = index === children.length - 1;
    return [
      lineOf(child, `${indent}${isLast ? '└─ ' : '├─ '}`, options),
      ...below(child, `${indent}${isLast ? '   ' : '│  '}`, options),
    ];
  });
}

function lineOf({ agent_id, agent }: TreeNode, branch: string, { paint, now, columns }: TreeTextOptions): string {
  if (agent === null) return `${branch}${agent_id}  ${paint.dim('outside, not started by this coordinator')}`;
  const seconds = secondsOf(agent, now);
  const name = agent.name === null ? '' : `  ${plain(agent.name)}`;
  const time = seconds === null ? '' : `  ${formatDuration(seconds)}`;
  const head = `${branch}${agent.agent_type}  ${agent_id}${name}`;
  const reason = `  ${plain(reasonOf(agent))}`;
  const used = head.length + 2 + agent.status.length + time.length;
  const shown = columns === null ? reason : shorten(reason, Math.max(0, columns - used));
  return `${head}  ${paint.status(agent)}${time}${paint.dim(shown)}`;
}
