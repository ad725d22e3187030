/** `ziggie ls`: the agents as a table, indented by parent. */
import type { Command } from 'commander';
import type { HttpClient } from '../../../clients/typescript/http-client.ts';
import { statusSchema } from '../../../protocol/agent.ts';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCodes, exitCodesHelp } from '../exit-codes.ts';
import { showFailure, usageFailure } from '../failure.ts';
import { resolveParent } from '../resolve-parent.ts';
import { groupLines } from '../view/balance-view.ts';
import { fleetTable } from '../view/fleet-table.ts';
import { createPaint } from '../view/paint.ts';
import { visibleAgents } from '../view/visible-agents.ts';

interface LsOptions {
  readonly status?: string;
  readonly parent?: string;
  readonly all?: boolean;
}

/** Enough to see what just happened, few enough for one screen beside what lives. */
const endedShown = 20;

export function addLs(program: Command, run: Run): void {
  program
    .command('ls')
    .description(`List agents: all that live and the ${endedShown} that ended last, as a tree.`)
    .option('--status <status>', `only agents with this status: ${statusSchema.options.join(', ')}`)
    .option('--parent <id>', 'only the direct children of this agent or outside parent')
    .option('--all', 'every agent of this root, however old')
    .addHelpText('after', `\nExample:\n  ziggie ls --status running\n\n${exitCodesHelp}`)
    .action(run((context, options: LsOptions) => list(context, options)));
}

async function list(context: Context, { status, parent, all }: LsOptions): Promise<ExitCode> {
  const { io, json } = context;
  const asked = statusSchema.optional().safeParse(status);
  if (!asked.success) {
    const known = statusSchema.options.join(', ');
    return await showFailure(io, json, usageFailure(`--status takes one of ${known}; given was "${status}".`));
  }
  const connection = await context.connect();
  if (!connection.ok) return await showFailure(io, json, connection.failure);
  const { client } = connection.value;
  const named = parent === undefined ? null : await resolveParent(client, parent);
  if (named?.ok === false) return await showFailure(io, json, named.failure);
  const filter = {
    ...(asked.data === undefined ? {} : { status: asked.data }),
    ...(named === null ? {} : { parent_agent: named.value }),
  };
  const answer = await client.list(filter);
  if (!answer.ok) return await showFailure(io, json, answer.failure);
  const { agents } = answer.value;
  const { shown, hidden } = all === true ? { shown: agents, hidden: 0 } : visibleAgents(agents, endedShown);
  if (json) {
    await io.out(`${JSON.stringify({ ...answer.value, agents: shown })}\n`);
    return exitCodes.ok;
  }
  if (shown.length === 0) {
    const unknown = named === null ? null : await unknownWords(client, named.value);
    await io.out(unknown ?? emptyText(status !== undefined || parent !== undefined));
    return exitCodes.ok;
  }
  const paint = createPaint(io.colour.out);
  await io.out(fleetTable(shown, { columns: io.columns, paint, now: io.now() }));
  await io.out(groupLines(shown, paint));
  if (hidden > 0) await io.out(`${hidden} more ended before these; \`ziggie ls --all\` shows them.\n`);
  return exitCodes.ok;
}

/** An empty list does not tell a parent without such children from a name that was mistyped. null: it is known. */
async function unknownWords(client: HttpClient, parent: string): Promise<string | null> {
  const known = await client.tree(parent);
  if (known.ok || known.failure.code !== 'UNKNOWN_AGENT') return null;
  return `No agent fits: nobody named "${parent}" is known here, neither an agent nor an outside parent. \`ziggie tree\` shows who is.\n`;
}

const emptyText = (filtered: boolean): string =>
  filtered
    ? 'No agent fits. `ziggie ls --all` shows every agent.\n'
    : 'No agents yet. Deploy one: ziggie deploy --prompt "Say hello and write your report."\n';
