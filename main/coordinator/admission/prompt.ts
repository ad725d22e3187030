/**
 * Finds the text an agent is given: inline, or a file below the root or an allowed folder. Links are followed first, then
 * judged. What the coordinator keeps for itself is no prompt, whoever asks: a child's log would tell its parent the token.
 */
import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import type { DeployConfig } from '../../../protocol/request.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { layoutOf, ownPlaces } from '../root/layout.ts';
import { isBelow } from './paths.ts';

const largestPromptBytes = 8 * 1024 * 1024;

/** What several prompts may have together; `take` is asked before one is read. */
export class PromptAllowance {
  readonly #mostBytes: number;
  #takenBytes = 0;

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  /** Failures: TOO_LARGE; then nothing was taken. */
  take(bytes: number): Result<void> {
    if (this.#takenBytes + bytes > this.#mostBytes) {
      return fail(
        'TOO_LARGE',
        `with this prompt of ${bytes} bytes the prompts of this batch have more than ${this.#mostBytes} bytes together, which is the most that is taken. Send it as several batches, or shorten the prompts.`,
        { bytes, most_bytes: this.#mostBytes },
      );
    }
    this.#takenBytes += bytes;
    return ok(undefined);
  }
}

export async function loadPrompt(
  config: DeployConfig,
  root: string,
  allowedRoots: readonly string[],
  allowance?: PromptAllowance,
): Promise<Result<string>> {
  const { prompt, prompt_file } = config;
  if (prompt !== null && prompt_file !== null) {
    return fail('INVALID_REQUEST', 'config has both prompt and prompt_file. Give one of them.', {
      reason: 'two_prompts',
    });
  }
  if (prompt !== null) {
    const taken = allowance?.take(Buffer.byteLength(prompt)) ?? ok(undefined);
    return taken.ok ? ok(prompt) : taken;
  }
  if (prompt_file === null) {
    return fail(
      'PROMPT_NOT_FOUND',
      'config has neither prompt nor prompt_file. Give the text in prompt, or a file in prompt_file.',
    );
  }
  return readPromptFile(prompt_file, root, allowedRoots, allowance);
}

async function readPromptFile(
  given: string,
  root: string,
  allowedRoots: readonly string[],
  allowance?: PromptAllowance,
): Promise<Result<string>> {
  if (given.includes('\0')) return fail('PATH_NOT_ALLOWED', 'prompt_file holds a NUL character. Give a plain path.');
  const path = isAbsolute(given) ? given : resolve(root, given);
  // Judged before it is touched, so that an answer never tells whether a file outside exists.
  if (!isBelow(path, [root, ...allowedRoots])) return outside(given, root, allowedRoots);
  try {
    const real = await realpath(path);
    const realRoots = await Promise.all([root, ...allowedRoots].map((folder) => realpath(folder).catch(() => folder)));
    if (!isBelow(real, realRoots)) return outside(given, root, allowedRoots);
    if (isBelow(real, ownPlaces(layoutOf(realRoots[0] ?? root)))) return notForPrompts(given);
    const info = await stat(real);
    if (!info.isFile())
      return fail('PROMPT_NOT_FOUND', `prompt_file ${given} is not a regular file. Name a text file.`, {
        prompt_file: given,
      });
    if (info.size > largestPromptBytes) {
      return fail(
        'TOO_LARGE',
        `prompt_file ${given} has ${info.size} bytes; at most ${largestPromptBytes} are taken. Shorten it.`,
        { prompt_file: given },
      );
    }
    const taken = allowance?.take(info.size) ?? ok(undefined);
    return taken.ok ? ok(await readFile(real, 'utf8')) : taken;
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return fail(
      'PROMPT_NOT_FOUND',
      `prompt_file ${given} cannot be read (${reason}); looked at ${path}. Write the file first, then the request.`,
      {
        prompt_file: given,
        looked_at: path,
      },
    );
  }
}

function notForPrompts(given: string): Result<never> {
  return fail(
    'PATH_NOT_ALLOWED',
    `prompt_file ${given} is one of the coordinator's own files (its token, settings, journal, logs and the like), which no agent is given. Put the prompt into a file of its own, in prompts/ say.`,
    { prompt_file: given, reason: 'own_file' },
  );
}

function outside(given: string, root: string, allowedRoots: readonly string[]): Result<never> {
  return fail(
    'PATH_NOT_ALLOWED',
    `prompt_file ${given} lies outside ${[root, ...allowedRoots].join(', ')}. Put it below one of these, or have the administrator add its folder to allowed_roots in config.json.`,
    { prompt_file: given },
  );
}
