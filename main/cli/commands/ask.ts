/** What most commands do: find the coordinator, ask it one thing, show the answer or the failure. */
import type { HttpClient } from '../../../clients/typescript/http-client.ts';
import type { Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type CliResult, showFailure } from '../failure.ts';
import { createPaint, type Paint } from '../view/paint.ts';

/** With `--json` the answer goes out as it came; else `show` makes the text. `codeOf` decides what it ends with. */
export async function askAndShow<T>(
  context: Context,
  question: (client: HttpClient) => Promise<CliResult<T>>,
  show: (answer: T, paint: Paint) => string,
  codeOf: (answer: T) => ExitCode = () => exitCodes.ok,
): Promise<ExitCode> {
  const { io, json } = context;
  const connection = await context.connect();
  if (!connection.ok) return await showFailure(io, json, connection.failure);
  const answer = await question(connection.value.client);
  if (!answer.ok) return await showFailure(io, json, answer.failure);
  await io.out(json ? `${JSON.stringify(answer.value)}\n` : show(answer.value, createPaint(io.colour.out)));
  return codeOf(answer.value);
}
