/** Reads `config.json`. Absent is fine; wrong says the file, the path inside it, what was expected and what to do. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { checkedConfig } from '../../../protocol/checked-config.ts';
import type { Config } from '../../../protocol/config.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { parseStrictJson } from '../../../protocol/strict-json.ts';

export function loadConfig(path: string): Result<Config> {
  const file = readConfigFile(path).content;
  return file.ok ? checkConfig(file.value ?? {}, path) : file;
}

export interface ConfigFile {
  /** Names what the file holds: the same bytes, the same revision. */
  readonly revision: string;
  /** ISO 8601, when it was last written; null: there is no file. */
  readonly writtenAt: string | null;
  /** What the file holds, not judged yet; null: there is none. */
  readonly content: Result<unknown>;
}

export function readConfigFile(path: string): ConfigFile {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info === undefined) return { revision: 'none', writtenAt: null, content: ok(null) };
  const writtenAt = info.mtime.toISOString();
  if (!info.isFile()) {
    const message = `${path} is not a file. Remove it or write the settings there, then start again.`;
    return { revision: 'no-file', writtenAt, content: fail('INVALID_REQUEST', message, { file: path }) };
  }
  const bytes = readFileSync(path);
  const json = parseStrictJson(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  const content = json.ok
    ? ok(json.value)
    : fail('INVALID_REQUEST', `${path}: ${json.failure.message}`, { file: path });
  return { revision: revisionOf(bytes), writtenAt, content };
}

/** Of what config.json holds. */
export const revisionOf = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex').slice(0, revisionLength);

/** Hexadecimal digits: enough that no two versions of one file share them. */
const revisionLength = 32;

export function checkConfig(
  value: unknown,
  path: string,
  advice = 'Correct the file and start again.',
): Result<Config> {
  const checked = checkedConfig(value);
  if (checked.ok) return ok(checked.config);
  const problems = checked.problems.map(({ sentence }) => sentence);
  const said = problems.join('; ').replace(/([^?])$/, '$1.'); // One that asks ends with its question mark.
  return fail('INVALID_REQUEST', `${path} is not valid: ${said} ${advice}`, { file: path, problems });
}
