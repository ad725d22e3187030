/** Reads `config.json`. Absent is fine; wrong says the file, the path inside it, what was expected and what to do. */
import { readFileSync, statSync } from 'node:fs';
import type { z } from 'zod';
import { type Config, configSchema } from '../../../protocol/config.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { describe } from '../../../protocol/parse-request.ts';
import { parseStrictJson } from '../../../protocol/strict-json.ts';

/** Always there, whatever config.json adds; an entry of the same name replaces one. */
const builtInRuntimes = { claude: { kind: 'claude' }, demo: { kind: 'demo' } };

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
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const runtimes = isObject && 'runtimes' in value && typeof value.runtimes === 'object' ? value.runtimes : {};
  const parsed = configSchema.safeParse(isObject ? { ...value, runtimes: { ...builtInRuntimes, ...runtimes } } : value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => explain(issue, value));
    return fail('INVALID_REQUEST', `${path} is not valid: ${problems.join('; ')}. ${advice}`, {
      file: path,
      problems,
    });
  }
  const { default_runtime } = parsed.data;
  const known = Object.keys(parsed.data.runtimes);
  if (!known.includes(default_runtime)) {
    return fail(
      'INVALID_REQUEST',
      `${path} is not valid: default_runtime is "${default_runtime}"; runtimes has ${known.join(', ')}. Name one of these.`,
      { file: path },
    );
  }
  return ok(parsed.data);
}

function explain(issue: z.core.$ZodIssue, value: unknown): string {
  const at = issue.path.map(String).join('.') || 'the file';
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(key, issue.path)).join('; ');
  }
  const given = issue.path.reduce<unknown>(
    (node, key) =>
      typeof node === 'object' && node !== null ? (node as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
  return `${at}: ${issue.message}, given ${describe(given)}`;
}

function unknownKey(key: string, path: readonly PropertyKey[]): string {
  const siblings = knownKeysAt(path);
  const nearest = siblings
    .map((name) => ({ name, distance: editDistance(key, name) }))
    .sort((a, b) => a.distance - b.distance)[0];
  const hint =
    nearest !== undefined && nearest.distance <= 3
      ? `; did you mean "${nearest.name}"?`
      : `; known are ${siblings.join(', ')}`;
  return `${[...path, key].map(String).join('.')}: unknown key${hint}`;
}

/** The keys a complete configuration has at this place. */
function knownKeysAt(path: readonly PropertyKey[]): string[] {
  const complete: unknown = configSchema.parse({ runtimes: builtInRuntimes });
  const place = path.reduce<unknown>(
    (node, key) =>
      typeof node === 'object' && node !== null ? (node as Record<PropertyKey, unknown>)[key] : undefined,
    complete,
  );
  return typeof place === 'object' && place !== null ? Object.keys(place) : [];
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, x] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, y] of [...b].entries()) {
      next.push(Math.min((row[j] ?? 0) + (x === y ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
