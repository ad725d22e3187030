/** `ziggie deploy`: asks for an agent, and waits for its end if told to. */
import type { Command } from 'commander';
import type { ClientResult } from '../../../clients/typescript/client.ts';
import type { AgentRecord } from '../../../protocol/record.ts';
import type { Context, Run } from '../context.ts';
import { type DeployOptions, deployInput } from '../deploy-input.ts';
import { type ExitCode, exitCodes, exitCodesHelp } from '../exit-codes.ts';
import { showFailure } from '../failure.ts';
import { budgetOption, decimalNumber, fraction, oneOf, wholeNumber } from '../option-values.ts';
import { patientAsk, untilNextPoll } from '../patient.ts';
import { readPrompt } from '../prompt-source.ts';
import { resolveParent } from '../resolve-parent.ts';
import { formatDuration } from '../view/duration.ts';
import { hasEnded, secondsOf } from '../view/life.ts';
import { createPaint, type Paint } from '../view/paint.ts';
import { plain } from '../view/plain.ts';

/** A year, the most the protocol takes. */
const mostSeconds = 31_536_000;

export function addDeploy(program: Command, run: Run): void {
  program
    .command('deploy')
    .description('Deploy an agent. Inside an agent, the new one becomes its child.')
    .argument('[source]', '- reads the prompt from standard input')
    .option('--type <type>', 'level and place, as L2.1 (default: one level below the parent, L1 without one)')
    .option('--parent <id>', 'who it works for: an agent, or a name of your own (default: ZIGGIE_AGENT_ID, else none)')
    .option('--name <name>', 'what people call it')
    .option('--prompt <text>', 'what it is to do')
    .option('--prompt-file <file>', 'the same, from a file')
    .option('--runtime <name>', 'a runtime of config.json (default: its default_runtime)')
    .option('--model <name>', "the model (default: the runtime's own)")
    .option('--workload <share>', "its share of the group's work, above 0 to 1", fraction)
    .option('--group <id>', 'the group whose workloads are balanced')
    .option('--group-size <n>', 'how many agents the group will have', wholeNumber(1, 10_000))
    .option('--cwd <folder>', 'its working folder (default: the root folder)')
    .option('--timeout <s>', 'seconds to wait for its start; 0 for ever (default: 600)', decimalNumber(0, mostSeconds))
    .option('--max-runtime <s>', 'seconds after which it is stopped (default: none)', decimalNumber(0, mostSeconds))
    .option('--max-turns <n>', 'turns after which it ends (default: none)', wholeNumber(0, 100_000))
    .option('--max-cost <usd>', 'US dollars after which it ends (default: none)', decimalNumber(0, 1_000_000))
    .option(
      '--budget <limits>',
      'what it and all below it may spend, as cost_usd=1,agents=5 (also tokens, minutes; default: as its parent)',
      budgetOption,
    )
    .option(
      '--on-exceeded <what>',
      'at a limit of the budget: refuse what is new, or stop what runs, too',
      oneOf(['refuse', 'stop']),
    )
    .option('--exact-budget', 'each agent below it must ask for a part of its cost and tokens')
    .option('--no-report', 'it owes no completion report (default: as config.json says)')
    .option('--priority <n>', '0 first to 9 last (default: 5)', wholeNumber(0, 9))
    .option('--request-id <id>', 'names the request: the same id again starts nothing (default: a new one)')
    .option('--wait', 'return when the agent has ended: 0 if completed, 1 if not')
    .addHelpText('after', `\nExample:\n  ziggie deploy --runtime demo --prompt "say hello" --wait\n\n${exitCodesHelp}`)
    .action(run((context, source: string | undefined, options: DeployOptions) => deploy(context, source, options)));
}

async function deploy(context: Context, source: string | undefined, options: DeployOptions): Promise<ExitCode> {
  const { io, json } = context;
  const connection = await context.connect();
  if (!connection.ok) return await showFailure(io, json, connection.failure);
  const { client, root } = connection.value;
  const prompt = await readPrompt({ prompt: options.prompt, promptFile: options.promptFile, source }, root, io);
  if (!prompt.ok) return await showFailure(io, json, prompt.failure);
  const input = await deployInput(options, prompt.value, io.env, {
    resolve: (given) => resolveParent(client, given),
    get: (id) => client.get(id),
  });
  if (!input.ok) return await showFailure(io, json, input.failure);
  const answer = await client.deploy(input.value);
  if (!answer.ok) return await showFailure(io, json, answer.failure);
  const { record, replayed } = answer.value;
  if (options.wait !== true) {
    await io.out(json ? `${JSON.stringify(record)}\n` : deployedText(record, createPaint(io.colour.out)));
    if (replayed === true) await io.err(`ziggie: request ${record.request_id} was made before; nothing was started.\n`);
    return exitCodes.ok;
  }
  if (!json) await io.out(deployedText(record, createPaint(io.colour.out)));
  const ended = await untilEnd(context, record);
  if (!ended.ok) return await showFailure(io, json, ended.failure);
  await io.out(json ? `${JSON.stringify(ended.value)}\n` : endText(ended.value, createPaint(io.colour.out), io.now()));
  return ended.value.status === 'completed' ? exitCodes.ok : exitCodes.failed;
}

/** Polls the record and tells each change of status on stderr. The last record seen when the reader of stdout has gone. */
async function untilEnd(context: Context, first: AgentRecord): Promise<ClientResult<AgentRecord>> {
  const asking = await patientAsk(context);
  if (!asking.ok) return asking;
  const { io } = context;
  const paint = createPaint(io.colour.err);
  for (let last = first; ;) {
    if (hasEnded(last) || io.gone.aborted) return { ok: true, value: last };
    await untilNextPoll(io.gone);
    const next = await asking.value((client) => client.get(first.agent_id));
    if (!next.ok) return next;
    const changed = next.value.status !== last.status && !hasEnded(next.value);
    if (changed && !context.json) await io.err(`${paint.status(next.value)}  ${plain(next.value.status_reason)}\n`);
    last = next.value;
  }
}

/** Pure. */
export function deployedText(record: AgentRecord, paint: Paint): string {
  return [
    `id      ${record.agent_id}`,
    `status  ${paint.status(record)}: ${plain(record.status_reason)}`,
    ...(record.pid === null ? [] : [`pid     ${record.pid}`]),
    ...(record.balance?.reasons ?? []).map((reason) => `balance ${paint.yellow(plain(reason))}`),
    `log     ${record.log_file}`,
    '',
  ].join('\n');
}

function endText(record: AgentRecord, paint: Paint, now: number): string {
  const seconds = secondsOf(record, now);
  const after = seconds === null ? '' : ` after ${formatDuration(seconds)}`;
  const problems = record.report_problems.map(({ message }) => `report  ${paint.red(plain(message))}\n`);
  const reportLine = record.completion_report_exists ? `report  ${record.completion_report}\n` : '';
  return `ended   ${paint.status(record)}${after}: ${plain(record.status_reason)}\n${reportLine}${problems.join('')}`;
}
