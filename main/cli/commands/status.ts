/** `ziggie status [ID]`: everything known of one agent, or how the coordinator is. */
import type { Command } from 'commander';
import { statusSchema } from '../../../protocol/agent.ts';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCodes, exitCodesHelp } from '../exit-codes.ts';
import { showFailure } from '../failure.ts';
import { resolveAgent } from '../resolve-agent.ts';
import { createPaint } from '../view/paint.ts';
import { recordView } from '../view/record-view.ts';

export function addStatus(program: Command, run: Run): void {
  program
    .command('status')
    .description('Show everything known of one agent; without an ID, how the coordinator is.')
    .argument('[id]', 'the agent: its id, or a beginning or end of it that fits no other')
    .addHelpText('after', `\nExample:\n  ziggie status 7        the agent whose id ends with _7\n\n${exitCodesHelp}`)
    .action(
      run((context, id: string | undefined) => (id === undefined ? showHealth(context) : showAgent(context, id))),
    );
}

async function showAgent(context: Context, id: string): Promise<ExitCode> {
  const { io, json } = context;
  const connection = await context.connect();
  if (!connection.ok) return await showFailure(io, json, connection.failure);
  const agent = await resolveAgent(connection.value.client, id);
  if (!agent.ok) return await showFailure(io, json, agent.failure);
  const view = recordView(agent.value, createPaint(io.colour.out), io.now());
  await io.out(json ? `${JSON.stringify(agent.value)}\n` : view);
  return exitCodes.ok;
}

async function showHealth(context: Context): Promise<ExitCode> {
  const { io, json } = context;
  const connection = await context.connect();
  if (!connection.ok) return await showFailure(io, json, connection.failure);
  const { client, url, root } = connection.value;
  const [health, list] = await Promise.all([client.health(), client.list()]);
  if (!health.ok) return await showFailure(io, json, health.failure);
  if (!list.ok) return await showFailure(io, json, list.failure);
  const { status, api_version, degraded } = health.value;
  const counts = statusSchema.options.flatMap((name) => {
    const count = list.value.agents.filter((agent) => agent.status === name).length;
    return count === 0 ? [] : [[name, count] as const];
  });
  if (json) {
    const answer = {
      status,
      api_version,
      degraded,
      url,
      root,
      total: list.value.total,
      agents: Object.fromEntries(counts),
    };
    await io.out(`${JSON.stringify(answer)}\n`);
    return exitCodes.ok;
  }
  const agents = counts.length === 0 ? 'none yet' : counts.map(([name, count]) => `${count} ${name}`).join(', ');
  await io.out(`coordinator  ${status} at ${url} (API ${api_version})\n`);
  for (const { part, since, message } of degraded) await io.out(`trouble      ${part} since ${since}: ${message}\n`);
  if (root !== null) await io.out(`root         ${root}\n`);
  await io.out(`agents       ${agents}\n`);
  return exitCodes.ok;
}
