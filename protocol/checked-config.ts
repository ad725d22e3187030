/** Judges what config.json holds: the coordinator at its start and at a patch, the dashboard as somebody types. Pure. */
import type { z } from 'zod';
import { type Config, configSchema } from './config.ts';
import { describe } from './parse-request.ts';

/** Always there, whatever config.json adds; an entry of the same name replaces one. */
export const builtInRuntimes = { claude: { kind: 'claude' }, demo: { kind: 'demo' } } as const;

export interface ConfigProblem {
  /** `limits.max_running`; `the file` for what is wrong with all of it. */
  readonly path: string;
  /** What was expected, and what was given. */
  readonly message: string;
  /** Both, as the file's reader is told. */
  readonly sentence: string;
}

const problemOf = (path: string, message: string): ConfigProblem => ({
  path,
  message,
  sentence: `${path}: ${message}`,
});

export type CheckedConfig =
  { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

export function checkedConfig(value: unknown): CheckedConfig {
  const parsed = configSchema.safeParse(withBuiltIn(value));
  if (!parsed.success) {
    return { ok: false, problems: parsed.error.issues.flatMap((issue) => explain(issue, value)) };
  }
  const { default_runtime } = parsed.data;
  const known = Object.keys(parsed.data.runtimes);
  if (known.includes(default_runtime)) return { ok: true, config: parsed.data };
  const message = `is "${default_runtime}"; runtimes has ${known.join(', ')}. Name one of these`;
  const sentence = `default_runtime ${message}`;
  return { ok: false, problems: [{ path: 'default_runtime', message, sentence }] };
}

/** What is no object stays as it is, for the schema to say so. */
function withBuiltIn(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { runtimes = {} } = value;
  return isObject(runtimes) ? { ...value, runtimes: { ...builtInRuntimes, ...runtimes } } : value;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function explain(issue: z.core.$ZodIssue, value: unknown): ConfigProblem[] {
  const at = issue.path.map(String).join('.') || 'the file';
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(key, issue.path));
  }
  // What a program is given in its environment may be a secret: no message repeats it.
  if (issue.path.includes('env')) return [problemOf(at, issue.message)];
  const given = issue.path.reduce<unknown>(
    (node, key) =>
      typeof node === 'object' && node !== null ? (node as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
  return [problemOf(at, `${issue.message}, given ${describe(given)}`)];
}

function unknownKey(key: string, path: readonly PropertyKey[]): ConfigProblem {
  const siblings = knownKeysAt(path);
  const nearest = siblings
    .map((name) => ({ name, distance: editDistance(key, name) }))
    .sort((a, b) => a.distance - b.distance)[0];
  const hint =
    nearest !== undefined && nearest.distance <= 3
      ? `; did you mean "${nearest.name}"?`
      : `; known are ${siblings.join(', ')}`;
  return problemOf([...path, key].map(String).join('.'), `unknown key${hint}`);
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
