/** Reads `config.json`. Absent is fine; wrong says the file, the path inside it, what was expected and what to do. */
import { readFileSync, statSync } from 'node:fs';
import { checkedConfig } from '../../../protocol/checked-config.ts';
import type { Config } from '../../../protocol/config.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { parseStrictJson } from '../../../protocol/strict-json.ts';

export function loadConfig(path: string): Result<Config> {
  const file = readConfigFile(path);
  return file.ok ? checkConfig(file.value ?? {}, path) : file;
}

/** What the file holds, not judged yet; null: there is none. */
export function readConfigFile(path: string): Result<unknown> {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info === undefined) return ok(null);
  if (!info.isFile()) {
    return fail('INVALID_REQUEST', `${path} is not a file. Remove it or write the settings there, then start again.`, {
      file: path,
    });
  }
  const json = parseStrictJson(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  if (!json.ok) return fail('INVALID_REQUEST', `${path}: ${json.failure.message}`, { file: path });
  return ok(json.value);
}

export function checkConfig(
  value: unknown,
  path: string,
  advice = 'Correct the file and start again.',
): Result<Config> {
  const checked = checkedConfig(value);
  if (checked.ok) return ok(checked.config);
  const problems = checked.problems.map(({ sentence }) => sentence);
  return fail('INVALID_REQUEST', `${path} is not valid: ${problems.join('; ')}. ${advice}`, { file: path, problems });
}
