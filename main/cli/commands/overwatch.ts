/** `ziggie logs --overwatch`: the life of the whole fleet, from the coordinator's own file; also while it is down. */
import { join } from 'node:path';
import { chooseRoot } from '../../../clients/typescript/discover.ts';
import { overwatchLogPath } from '../../../protocol/overwatch-line.ts';
import type { Context } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { showFailure, usageFailure } from '../failure.ts';
import { type OverwatchLine, OverwatchReader } from '../overwatch-reader.ts';
import { untilNextPoll } from '../patient.ts';
import { plain } from '../view/plain.ts';

export interface OverwatchOptions {
  readonly follow?: boolean;
  readonly lines: number;
}

/** Ends, with `follow`, when the reader of stdout goes. */
export async function overwatch(context: Context, { follow = false, lines }: OverwatchOptions): Promise<ExitCode> {
  const { io, json, root } = context;
  const path = join(chooseRoot(root, io.env), ...overwatchLogPath);
  const print = async (found: readonly OverwatchLine[]): Promise<void> => {
    if (found.length === 0) return;
    await io.out(found.map((line) => `${json ? JSON.stringify(line) : plain(line.text)}\n`).join(''));
  };
  const reader = new OverwatchReader(path);
  try {
    const last = await reader.last(lines);
    if (last === null && !follow) return await showFailure(io, json, usageFailure(missing(path)));
    await print(last ?? []);
    while (follow && !io.gone.aborted) {
      await untilNextPoll(io.gone);
      await print(await reader.more());
    }
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    return await showFailure(io, json, usageFailure(`${path} cannot be read (${error.message}).`));
  } finally {
    await reader.close();
  }
}

const missing = (path: string): string =>
  `There is no ${path}. It is written once a coordinator has run there; start one with \`ziggie serve\`, or name its folder with --root.`;
