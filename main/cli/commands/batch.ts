/** `ziggie batch FILE`: several agents in one request, all or none. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Input } from '../../../clients/typescript/client.ts';
import { parseStrictJson } from '../../../protocol/strict-json.ts';
import type { BatchAnswer } from '../../../protocol/request.ts';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCodesHelp } from '../exit-codes.ts';
import { type CliResult, usage } from '../failure.ts';
import { resolveParent } from '../resolve-parent.ts';
import type { Paint } from '../view/paint.ts';
import { groupLines } from '../view/balance-view.ts';
import { plain } from '../view/plain.ts';
import { askAndShow } from './ask.ts';

interface BatchOptions {
  readonly requestId?: string;
  readonly parent?: string;
}

export function addBatch(program: Command, run: Run): void {
  program
    .command('batch')
    .description('Deploy several agents in one request: all are accepted, or none.')
    .argument(
      '<file>',
      'JSON: a list of deploy requests, or an object with such a list as "agents"; - reads standard input',
    )
    .option(
      '--parent <id>',
      'who they work for, where they name none: an agent, or a name of your own (default: ZIGGIE_AGENT_ID, else none)',
    )
    .option('--request-id <id>', 'names the request: the same id again starts nothing (default: a new one)')
    .addHelpText('after', batchHelp)
    .action(run((context, file: string, options: BatchOptions) => batch(context, file, options)));
}

const batchHelp = `
Example:
  echo '[{"agent_type": "L2.1", "config": {"prompt": "Check the sprites."}},
         {"agent_type": "L2.2", "config": {"prompt": "Check the sounds."}}]' | ziggie batch -

${exitCodesHelp}`;

function batch(context: Context, file: string, { requestId, parent }: BatchOptions): Promise<ExitCode> {
  const own = context.io.env['ZIGGIE_AGENT_ID'] || null;
  return askAndShow(
    context,
    async (client) => {
      const body = await readBatch(context, file);
      if (!body.ok) return body;
      const named = parent === undefined ? null : await resolveParent(client, parent);
      if (named?.ok === false) return named;
      const parentId = named === null ? own : named.value;
      // What is in it is the coordinator's to judge: it names the agent and the field.
      const asked = {
        ...(parentId === null ? {} : { parent_agent: parentId }),
        ...body.value,
        ...(requestId === undefined ? {} : { request_id: requestId }),
      };
      return client.deployBatch(asked as Input<'deploy_batch'>);
    },
    batchText,
  );
}

async function readBatch({ io }: Context, file: string): Promise<CliResult<Record<string, unknown>>> {
  let text: string;
  try {
    text = file === '-' ? await io.readStdin() : await readFile(resolve(io.cwd, file), 'utf8');
  } catch (error) {
    return usage(`${file} cannot be read (${error instanceof Error ? error.message : String(error)}).`);
  }
  const parsed = parseStrictJson(text);
  const from = file === '-' ? 'Standard input' : file;
  if (!parsed.ok) return usage(`${from} is not JSON: ${parsed.failure.message}`);
  const { value } = parsed;
  if (Array.isArray(value)) return { ok: true, value: { agents: value } };
  if (typeof value === 'object' && value !== null) return { ok: true, value: { ...value } };
  return usage(`${from} must hold a list of deploy requests, or an object with such a list as "agents".`);
}

/** One line per agent, in the order of the request. Pure. */
export const batchText = ({ agents }: BatchAnswer, paint: Paint): string =>
  [
    ...agents.map((one) => `${one.agent_id}  ${one.agent_type}  ${paint.status(one)}: ${plain(one.status_reason)}\n`),
    groupLines(agents, paint),
  ].join('');
