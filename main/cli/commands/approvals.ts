/** `ziggie approvals|approve|deny`: what agents ask the operator to allow, and the operator's answers. */
import type { Command } from 'commander';
import type { HttpClient } from '../../../clients/typescript/http-client.ts';
import { type ApprovalList, approvalIdSchema, type ShownApproval } from '../../../protocol/approvals.ts';
import { failureOf } from '../../../protocol/failures.ts';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCodesHelp } from '../exit-codes.ts';
import type { CliResult } from '../failure.ts';
import { resolveAgent } from '../resolve-agent.ts';
import { formatDuration } from '../view/duration.ts';
import type { Paint } from '../view/paint.ts';
import { plain } from '../view/plain.ts';
import { askAndShow } from './ask.ts';

interface ListOptions {
  readonly all?: boolean;
  readonly of?: string;
}

const idArgument = ['<id>', 'the approval: its id, or a beginning or end of it that fits no other'] as const;

export function addApprovals(program: Command, run: Run): void {
  program
    .command('approvals')
    .description('Show what agents ask you to allow, and what branches were allowed.')
    .option('--all', 'also what was decided lately')
    .option('--of <id>', 'only of this agent and all below it')
    .addHelpText('after', `\nExample:\n  ziggie approvals\n\n${exitCodesHelp}`)
    .action(run((context, options: ListOptions) => list(context, options)));
}

export function addApprove(program: Command, run: Run): void {
  program
    .command('approve')
    .description('Allow what an agent asks for. Operator only.')
    .argument(...idArgument)
    .option('--branch', 'and the same tool from now on, for this agent and all below it, until the agent ends')
    .addHelpText('after', `\nExample:\n  ziggie approve apr_0123456789ab\n\n${exitCodesHelp}`)
    .action(
      run((context, id: string, { branch }: { branch?: boolean }) =>
        decide(context, id, { decision: 'allow', branch: branch === true }),
      ),
    );
}

export function addDeny(program: Command, run: Run): void {
  program
    .command('deny')
    .description('Deny what an agent asks for. Operator only.')
    .argument(...idArgument)
    .option('--message <text>', 'what the agent reads: why, and what to do instead')
    .addHelpText(
      'after',
      `\nExample:\n  ziggie deny apr_0123456789ab --message "Write below ./out instead."\n\n${exitCodesHelp}`,
    )
    .action(
      run((context, id: string, { message }: { message?: string }) =>
        decide(context, id, { decision: 'deny', ...(message === undefined ? {} : { message }) }),
      ),
    );
}

function list(context: Context, { all, of }: ListOptions): Promise<ExitCode> {
  const status = all === true ? 'all' : 'open';
  return askAndShow(
    context,
    async (client): Promise<CliResult<ApprovalList>> => {
      if (of === undefined) return client.approvals({ status });
      const agent = await resolveAgent(client, of);
      return agent.ok ? client.approvals({ status, agent_id: agent.value.agent_id }) : agent;
    },
    (answer, paint) => approvalsText(answer, paint, context.io.now()),
  );
}

function decide(context: Context, id: string, decision: Parameters<HttpClient['decide']>[1]): Promise<ExitCode> {
  return askAndShow(
    context,
    async (client): Promise<CliResult<ShownApproval>> => {
      const found = await resolveApproval(client, id);
      return found.ok ? client.decide(found.value, decision) : found;
    },
    (approval, paint) => `${approvalLine(approval, paint, context.io.now())}\n`,
  );
}

/** Those that are open go first: a few characters are enough to name the one on screen. */
async function resolveApproval(client: Pick<HttpClient, 'approvals'>, given: string): Promise<CliResult<string>> {
  if (approvalIdSchema.safeParse(given).success) return { ok: true, value: given };
  const listed = await client.approvals({ status: 'all' });
  if (!listed.ok) return listed;
  const fitting = listed.value.approvals.filter(
    ({ approval_id: id }) => id.startsWith(given) || id.startsWith(`apr_${given}`) || id.endsWith(given),
  );
  const open = fitting.filter(({ status }) => status === 'open');
  const ids = (open.length > 0 ? open : fitting).map(({ approval_id }) => approval_id);
  const [only] = ids;
  if (only !== undefined && ids.length === 1) return { ok: true, value: only };
  const message =
    only === undefined
      ? `No approval's id is, begins or ends with ${JSON.stringify(given)}. \`ziggie approvals\` lists them.`
      : `${JSON.stringify(given)} fits ${ids.length} approvals: ${ids.slice(0, 8).join(', ')}. Write more of the id.`;
  return { ok: false, failure: failureOf('UNKNOWN_APPROVAL', message, { given, candidates: ids }) };
}

/** Pure. `now`: milliseconds since 1970. */
export function approvalsText({ approvals, allowed }: ApprovalList, paint: Paint, now: number): string {
  const blocks = approvals.map((one) => {
    const cut = one.input.length < one.input_bytes ? paint.dim(` (of ${one.input_bytes} bytes)`) : '';
    return `${approvalLine(one, paint, now)}\n    ${plain(one.input)}${cut}\n`;
  });
  const isOpen = approvals.some(({ status }) => status === 'open');
  const hint = isOpen ? paint.dim('ziggie approve ID [--branch], or ziggie deny ID --message "why"\n') : '';
  const grants = allowed.map(
    (one) => `${one.agent_id} and all below it may use ${plain(one.tool)} since ${one.since} (${one.approval_id})\n`,
  );
  return `${blocks.length === 0 ? 'Nothing to decide.\n' : blocks.join('')}${hint}${grants.join('')}`;
}

function approvalLine(one: ShownApproval, paint: Paint, now: number): string {
  const path = one.path.map(({ agent_id, agent_type, name }) =>
    [agent_type, name === null ? agent_id : plain(name)].join(' '),
  );
  const left = Math.max(0, (Date.parse(one.expires_at) - now) / 1000);
  const state =
    one.decided === null
      ? `asks, denied in ${formatDuration(left)}`
      : `${one.status} by ${one.decided.by}${one.decided.branch ? ' for the branch' : ''}${one.decided.message === null ? '' : `: ${plain(one.decided.message)}`}`;
  return `${paint.bold(one.approval_id)}  ${plain(one.tool)}  ${path.join(' > ')}  ${one.agent_id}  ${state}`;
}
