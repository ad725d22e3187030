/** Where the prompt of a deployment comes from: the command line, a file, or standard input. */
import { readFile, realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { failureOf } from '../../protocol/failures.ts';
import { type CliResult, usage } from './failure.ts';
import type { Io } from './io.ts';

export interface PromptOptions {
  readonly prompt: string | undefined;
  readonly promptFile: string | undefined;
  /** The argument after the options; only `-`, standard input, has a meaning. */
  readonly source: string | undefined;
}

export type Prompt = { readonly prompt: string } | { readonly prompt_file: string };

const howTo = 'Give one of --prompt TEXT, --prompt-file FILE, or - to read it from standard input.';

/** A file below the root goes by its name, so that the coordinator reads it; any other is read here and sent as text. */
export async function readPrompt(options: PromptOptions, root: string | null, io: Io): Promise<CliResult<Prompt>> {
  const { prompt, promptFile, source } = options;
  if (source !== undefined && source !== '-') return usage(`"${source}" is not understood. ${howTo}`);
  if ([prompt, promptFile, source].filter((given) => given !== undefined).length !== 1) {
    return usage(`An agent needs one prompt. ${howTo}`);
  }
  if (prompt !== undefined) return textOf(prompt, '--prompt');
  if (promptFile === undefined) return textOf(await io.readStdin(), 'Standard input');
  const file = resolve(io.cwd, promptFile);
  const below = root === null ? null : await pathBelow(root, file);
  return below === null ? await readPromptFile(file) : { ok: true, value: { prompt_file: below } };
}

const textOf = (prompt: string, from: string): CliResult<Prompt> =>
  prompt.trim() === '' ? usage(`${from} holds no prompt. ${howTo}`) : { ok: true, value: { prompt } };

async function readPromptFile(file: string): Promise<CliResult<Prompt>> {
  try {
    return textOf(await readFile(file, 'utf8'), file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The prompt file ${file} cannot be read (${reason}). Check its name and that you may read it.`;
    return { ok: false, failure: failureOf('PROMPT_NOT_FOUND', message, { path: file }) };
  }
}

/** The path from the root to the file, with `/`; null when the file is not below it. */
async function pathBelow(root: string, file: string): Promise<string | null> {
  const path = relative(await realOrAsIs(root), await realOrAsIs(file));
  if (path === '' || isAbsolute(path) || path === '..' || path.startsWith(`..${sep}`)) return null;
  return path.split(sep).join('/');
}

async function realOrAsIs(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return path; // Nothing is there; whoever reads it will say so.
  }
}
