/** `ziggie doctor`: what is not as it should be here, and how to mend it. */
import type { Command } from 'commander';
import type { Context, Run } from '../context.ts';
import { chooseRoot } from '../../../clients/typescript/discover.ts';
import type { Check } from '../../doctor.ts';
import { checkCoordinator } from '../doctor-coordinator.ts';
import { type ExitCode, exitCodes, exitCodesHelp } from '../exit-codes.ts';
import { createPaint, type Paint } from '../view/paint.ts';
import { plain } from '../view/plain.ts';

export function addDoctor(program: Command, run: Run): void {
  program
    .command('doctor')
    .description('Check the root folder, settings, port, token, coordinator and agent CLIs, and say how to mend each.')
    .addHelpText(
      'after',
      `\nExample:\n  ziggie doctor\n\n${exitCodesHelp}\nIt ends with 1 when something will not work.`,
    )
    .action(run((context) => doctor(context)));
}

async function doctor({ io, json, root, connect }: Context): Promise<ExitCode> {
  // Loaded here and not above: no other command needs the coordinator's half of the program.
  const { examine } = await import('../../doctor.ts');
  const coordinator = await checkCoordinator(connect);
  const here = await examine(chooseRoot(root, io.env), coordinator.port, io.env);
  const checks = [...here, ...coordinator.checks];
  await io.out(json ? `${JSON.stringify({ checks })}\n` : doctorText(checks, createPaint(io.colour.out)));
  return checks.some(({ state }) => state === 'fail') ? exitCodes.failed : exitCodes.ok;
}

/** One line per check, the way to mend it below. Pure. */
export function doctorText(checks: readonly Check[], paint: Paint): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, state, message, mend }) => {
    const mark = state === 'ok' ? 'ok  ' : state === 'warn' ? paint.yellow('warn') : paint.red('FAIL');
    const line = `${mark}  ${name.padEnd(width)}  ${plain(message)}`;
    return mend === null ? [line] : [line, `${' '.repeat(width + 8)}${plain(mend)}`];
  });
  const failed = checks.filter(({ state }) => state === 'fail').length;
  const warned = checks.filter(({ state }) => state === 'warn').length;
  const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
  const verdict =
    failed + warned === 0
      ? 'Everything is as it should be.'
      : `${counted(failed, 'failure')}, ${counted(warned, 'warning')}.`;
  return `${lines.join('\n')}\n\n${verdict}\n`;
}
