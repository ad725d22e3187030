/** `ziggie logs ID`: what an agent has printed, and what it goes on printing. */
import type { Command } from 'commander';
import type { ClientResult } from '../../../clients/typescript/client.ts';
import type { HttpClient } from '../../../clients/typescript/http-client.ts';
import type { AgentRecord } from '../../../protocol/record.ts';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCodes, exitCodesHelp } from '../exit-codes.ts';
import { showFailure, usageFailure } from '../failure.ts';
import { createLogPrinter, type LogPrinter } from '../log-printer.ts';
import { type Read, readTail } from '../log-tail.ts';
import { type ByteRange, byteRange, wholeNumber } from '../option-values.ts';
import { patientAsk, untilNextPoll } from '../patient.ts';
import { resolveAgent } from '../resolve-agent.ts';
import { hasEnded } from '../view/life.ts';
import { plain } from '../view/plain.ts';
import { overwatch } from './overwatch.ts';

interface LogsOptions {
  readonly follow?: boolean;
  readonly lines: number;
  readonly bytes?: ByteRange;
  readonly overwatch?: boolean;
}

/** A log is fetched in pieces of this size, so that a large one needs little memory. */
const pieceBytes = 1024 * 1024;

export function addLogs(program: Command, run: Run): void {
  program
    .command('logs')
    .description('Print what an agent has written to its standard output and error.')
    .argument('[id]', 'the agent: its id, or a beginning or end of it that fits no other')
    .option('-f, --follow', 'go on until the agent has ended and everything is printed')
    .option('-n, --lines <count>', 'how many lines from the end', wholeNumber(0, 1_000_000), 200)
    .option('--overwatch', 'instead of an agent: a line on every turn in the life of the whole fleet')
    .option('--bytes <a-b>', 'a range of bytes instead: 0-99, 100- or -100', byteRange)
    .addHelpText('after', logsHelp)
    .action(run((context, id: string | undefined, options: LogsOptions) => logsOf(context, id, options)));
}

const logsHelp = `
On a terminal, control sequences other than colours are shown instead of obeyed; into a pipe the bytes go unchanged.
With --json the answer is {agent_id, start, end, total, text}, with -f one such object per line.

With --overwatch each line of --json is {seq, text}; -f goes on until Ctrl+C.

Example:
  ziggie logs 7 -f -n 20
  ziggie logs --overwatch -f

${exitCodesHelp}`;

async function logsOf(context: Context, id: string | undefined, options: LogsOptions): Promise<ExitCode> {
  const { io, json } = context;
  if (options.overwatch !== true) {
    if (id !== undefined) return await logs(context, id, options);
    return await showFailure(io, json, usageFailure('Whose log? Give the agent, or --overwatch.'));
  }
  if (id === undefined && options.bytes === undefined) return await overwatch(context, options);
  const message = '--overwatch is about the whole fleet, by lines; give it neither an agent nor --bytes.';
  return await showFailure(io, json, usageFailure(message));
}

async function logs(context: Context, id: string, options: LogsOptions): Promise<ExitCode> {
  const { io, json } = context;
  if (options.follow === true && options.bytes?.end !== undefined) {
    const message = '--follow goes on to the end; give --bytes no end, as in --bytes 100-.';
    return await showFailure(io, json, usageFailure(message));
  }
  const connection = await context.connect();
  if (!connection.ok) return await showFailure(io, json, connection.failure);
  const { client } = connection.value;
  const agent = await resolveAgent(client, id);
  if (!agent.ok) return await showFailure(io, json, agent.failure);
  const printed = await print(context, client, agent.value, options);
  return printed.ok ? exitCodes.ok : await showFailure(io, json, printed.failure);
}

async function print(
  context: Context,
  client: HttpClient,
  { agent_id, status, status_reason }: AgentRecord,
  { follow = false, lines, bytes }: LogsOptions,
): Promise<ClientResult<void>> {
  const { io } = context;
  const printer = createLogPrinter(context, agent_id);
  const read: Read = (range) => client.readLog(agent_id, range);
  const printed = await printFirst(context, read, printer, bytes ?? lines, follow);
  if (!printed.ok) return printed;
  if (follow) {
    if (status === 'queued') await io.err(`ziggie: it waits to be started (${plain(status_reason)})\n`);
    const followed = await followLog(context, agent_id, printed.value, printer);
    if (!followed.ok) return followed;
  }
  await printer.end();
  return { ok: true, value: undefined };
}

/** Prints the last lines, or the bytes that were asked for. Returns where that ends. */
async function printFirst(
  { io, json }: Context,
  read: Read,
  printer: LogPrinter,
  wanted: ByteRange | number,
  follow: boolean,
): Promise<ClientResult<number>> {
  if (typeof wanted !== 'number' && !json) {
    const start = await startOf(read, wanted);
    return start.ok ? await printFrom(read, start.value, wanted.end ?? Infinity, printer, io.gone) : start;
  }
  const piece = typeof wanted === 'number' ? await readTail(read, wanted) : await read(wanted);
  if (!piece.ok) return piece;
  // JSON without -f is always one object, also for an empty log.
  if (piece.value.bytes.length > 0 || (json && !follow)) await printer.piece(piece.value);
  return { ok: true, value: piece.value.end };
}

async function startOf(read: Read, { start = 0, lastBytes }: ByteRange): Promise<ClientResult<number>> {
  if (lastBytes === undefined) return { ok: true, value: start };
  const last = await read({ lastBytes: 1 });
  return last.ok ? { ok: true, value: Math.max(0, last.value.total - lastBytes) } : last;
}

async function followLog(context: Context, id: string, from: number, printer: LogPrinter): Promise<ClientResult<void>> {
  const asking = await patientAsk(context);
  if (!asking.ok) return asking;
  const { gone } = context.io;
  const ask = asking.value;
  for (let at = from; !gone.aborted;) {
    // The record comes first: what was written before an end that is known is read after it.
    const record = await ask((client) => client.get(id));
    if (!record.ok) return record;
    const next = await printFrom((range) => ask((client) => client.readLog(id, range)), at, Infinity, printer, gone);
    if (!next.ok) return next;
    at = next.value;
    if (hasEnded(record.value)) break;
    await untilNextPoll(gone);
  }
  return { ok: true, value: undefined };
}

/** Prints from `at` to before `limit` or to the end of the log, piece by piece. Returns where it got to. */
async function printFrom(
  read: Read,
  at: number,
  limit: number,
  printer: LogPrinter,
  gone: AbortSignal,
): Promise<ClientResult<number>> {
  for (let start = at; ;) {
    const piece = await read({ start, end: Math.min(limit, start + pieceBytes) });
    if (!piece.ok) return piece;
    const { bytes, end, total } = piece.value;
    if (bytes.length > 0) await printer.piece(piece.value);
    if (end >= Math.min(limit, total) || bytes.length === 0 || gone.aborted) return { ok: true, value: end };
    start = end;
  }
}
