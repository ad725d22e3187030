/** How the command says that something went wrong: one line on stderr, or the failure as JSON on stdout. */
import type { ClientFailure } from '../../clients/typescript/client.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import type { Io } from './io.ts';
import { plain } from './view/plain.ts';

/** Trouble that the command line itself is the cause of. */
export interface UsageFailure {
  readonly code: 'USAGE' | 'AMBIGUOUS_AGENT';
  readonly message: string;
  readonly details?: Record<string, unknown>;
}
export type CliFailure = ClientFailure | UsageFailure;
export type CliResult<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: CliFailure };

export const usageFailure = (message: string): UsageFailure => ({ code: 'USAGE', message });

export const usage = (message: string): CliResult<never> => ({ ok: false, failure: usageFailure(message) });

export function exitCodeOf({ code }: CliFailure): ExitCode {
  switch (code) {
    case 'USAGE':
    case 'AMBIGUOUS_AGENT':
      return exitCodes.usage;
    case 'UNREACHABLE':
    case 'UNEXPECTED_ANSWER':
      return exitCodes.unreachable;
    default:
      return exitCodes.refused;
  }
}

/** Says it and returns the number to end with. */
export async function showFailure(io: Io, json: boolean, failure: CliFailure): Promise<ExitCode> {
  if (json) await io.out(`${JSON.stringify(failure)}\n`);
  else await io.err(`ziggie: ${failure.code}: ${plain(failure.message)}\n`);
  return exitCodeOf(failure);
}
