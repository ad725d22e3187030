/** `ziggie plan`: divides tasks among workers and says whether the balance rules can be kept. */
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { PlanAnswer } from '../../../protocol/plan.ts';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCodes, exitCodesHelp } from '../exit-codes.ts';
import { wholeNumber } from '../option-values.ts';
import type { Paint } from '../view/paint.ts';
import { plain } from '../view/plain.ts';
import { askAndShow } from './ask.ts';

type Task = { readonly id: string; readonly weight: number };

export function addPlan(program: Command, run: Run): void {
  program
    .command('plan')
    .description('Divide tasks among workers so that the largest share is as small as it can be.')
    .argument('<tasks...>', 'each as name=weight; any unit will do, the shares count', task)
    .requiredOption('--workers <n>', 'among how many', wholeNumber(1, 100))
    .addHelpText(
      'after',
      `\nExample:\n  ziggie plan sprites=3 sounds=2 levels=4 docs=1 --workers 3\n\n${exitCodesHelp}\nIt ends with 1 when no division keeps the balance rules.`,
    )
    .action(run((context, tasks: Task[], { workers }: { workers: number }) => plan(context, tasks, workers)));
}

/** Called for every argument, with what it made of those before. */
function task(text: string, before: Task[] | undefined): Task[] {
  const [, id = '', weight = ''] = /^(.+)=([^=]+)$/.exec(text) ?? [];
  const value = Number(weight);
  if (id === '' || weight.trim() === '' || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError(`Expected name=weight with a weight above 0, as sprites=3; given was "${text}".`);
  }
  return [...(before ?? []), { id, weight: value }];
}

function plan(context: Context, tasks: Task[], workers: number): Promise<ExitCode> {
  return askAndShow(
    context,
    (client) => client.plan({ tasks, workers }),
    planText,
    ({ is_balanced }) => (is_balanced ? exitCodes.ok : exitCodes.failed),
  );
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** A line per worker, then what it comes to. Pure. */
export function planText(answer: PlanAnswer, paint: Paint): string {
  const { workers, max_share, ratio, load_balance_score, is_balanced, is_optimal, advice } = answer;
  const lines = workers.map(({ worker, tasks, share }) => {
    const what = tasks.length === 0 ? paint.dim('nothing') : tasks.map(plain).join(', ');
    return `worker ${worker}  ${percent(share).padStart(7)}  ${what}`;
  });
  const score = load_balance_score === null ? '' : `, score ${load_balance_score.toFixed(0)} of 100`;
  const between = ratio === null ? 'somebody gets nothing' : `largest to smallest ${ratio.toFixed(2)} : 1`;
  const best = is_optimal ? ', the best there is' : '';
  const verdict = is_balanced ? 'balanced' : paint.red('not balanced');
  return [
    ...lines,
    `${verdict}: largest share ${percent(max_share)}${best}, ${between}${score}`,
    ...advice.map(plain),
    '',
  ].join('\n');
}
