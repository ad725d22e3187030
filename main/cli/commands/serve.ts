/** `ziggie serve`: the coordinator in this terminal. */
import type { Command } from 'commander';
import type { Context, Run } from '../context.ts';
import { exitCodesHelp } from '../exit-codes.ts';
import { wholeNumber } from '../option-values.ts';

interface ServeOptions {
  readonly port?: number;
  readonly open?: boolean;
  readonly demo?: boolean;
}

export function addServe(program: Command, run: Run): void {
  program
    .command('serve')
    .description('Run the coordinator here until Ctrl+C. Agents go on after it; the next start takes them up again.')
    .option(
      '--port <n>',
      'the port on 127.0.0.1; 0 takes any free one (default: as config.json says, else 54113)',
      port,
    )
    .option('--open', 'open the dashboard in the browser')
    .option('--demo', 'also deploy the demo tree: seven small agents that need no key and no network')
    .addHelpText('after', serveHelp)
    .action(run((context, options: ServeOptions) => serve(context, options)));
}

const port = wholeNumber(0, 65_535);

const serveHelp = `
With --json, one line of JSON tells where it listens as soon as it does; coordinator.json below the root says it, too.

Example:
  ziggie serve --demo --open

${exitCodesHelp}
  73  another coordinator works on this root
  75  its disk cannot be written
  78  config.json is wrong`;

async function serve({ json, root }: Context, { port: given, open, demo }: ServeOptions): Promise<number> {
  // Loaded here and not above: no other command needs the coordinator's half of the program.
  const { runHeadless } = await import('../../serve.ts');
  return await runHeadless({ root, port: given ?? null, open: open === true, demo: demo === true, json });
}
