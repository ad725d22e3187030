/** What somebody has changed in the form and not saved yet, against config.json as it is. Pure. */
import { checkedConfig, type ConfigProblem } from '../../../protocol/checked-config.ts';
import { configSchema } from '../../../protocol/config.ts';
import { patchBetween } from '../../../protocol/merge-patch.ts';
import type { Settings, SettingsPatch } from '../../../protocol/settings.ts';
import { allFields, type Field, type Section, sections } from './fields.ts';

type JsonObject = Readonly<Record<string, unknown>>;

/** By the path of a field; undefined: it is taken out of the file, and its default counts. */
export type Edits = ReadonlyMap<string, unknown>;
export const noEdits: Edits = new Map();

const defaults: unknown = configSchema.parse({});

export const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function at(tree: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((node, key) => (isObject(node) ? node[key] : undefined), tree);
}

export const defaultOf = (path: string): unknown => at(defaults, path);

/** As the file says, or as it is in the form now; undefined: it is not set. */
export const valueOf = (settings: Settings, edits: Edits, path: string): unknown =>
  edits.has(path) ? edits.get(path) : at(settings.file, path);

/** The edits with one more; what changes nothing is none. */
export function withEdit(settings: Settings, edits: Edits, path: string, value: unknown): Edits {
  const next = new Map(edits);
  const before = at(settings.file, path);
  const isNothing = same(value, before) || (before === undefined && same(value, defaultOf(path)));
  if (isNothing) next.delete(path);
  else next.set(path, value);
  return next;
}

/** The file as it would be. */
export function wantedFile({ file }: Settings, edits: Edits): Record<string, unknown> {
  let wanted: Record<string, unknown> = { ...file };
  for (const [path, value] of edits) wanted = placed(wanted, path.split('.'), value);
  return wanted;
}

function placed(tree: JsonObject, [key = '', ...rest]: readonly string[], value: unknown): Record<string, unknown> {
  const inside = tree[key];
  const next = rest.length === 0 ? value : placed(isObject(inside) ? inside : {}, rest, value);
  const others = Object.entries(tree).filter(([name]) => name !== key);
  return Object.fromEntries(next === undefined ? others : [...others, [key, next]]);
}

/** What is sent: only what changed. */
export const patchOf = (settings: Settings, edits: Edits): SettingsPatch =>
  patchBetween({ ...settings.file }, wantedFile(settings, edits));

/** What is wrong with the file as it would be, in the words the file's reader uses. */
export function problemsOf(settings: Settings, edits: Edits): readonly ConfigProblem[] {
  const checked = checkedConfig(wantedFile(settings, edits));
  return checked.ok ? [] : checked.problems;
}

/** Of a field, and of what is inside it. */
export const problemsAt = (problems: readonly ConfigProblem[], path: string): readonly ConfigProblem[] =>
  problems.filter((problem) => problem.path === path || problem.path.startsWith(`${path}.`));

/** Its place in the form, beside what is in it. */
export interface FieldState {
  readonly field: Field;
  /** As it is set; undefined: it is not. */
  readonly value: unknown;
  readonly default: unknown;
  /** Set to something else than its default. */
  readonly isChanged: boolean;
  readonly isUnsaved: boolean;
  readonly problems: readonly ConfigProblem[];
  /** The file says something else than what is in force until the next start: what is in force. */
  readonly inForce: string | null;
}

export function fieldState(
  settings: Settings,
  edits: Edits,
  problems: readonly ConfigProblem[],
  field: Field,
): FieldState {
  const value = valueOf(settings, edits, field.path);
  const waits = settings.needs_restart.some((path) => path === field.path || path.startsWith(`${field.path}.`));
  return {
    field,
    value,
    default: defaultOf(field.path),
    isChanged: value !== undefined && !same(value, defaultOf(field.path)),
    isUnsaved: edits.has(field.path),
    problems: problemsAt(problems, field.path),
    // What a runtime is given may be secret: that it waits is all that is said.
    inForce: !waits ? null : field.kind.is === 'runtimes' ? 'as before' : shown(at(settings.in_force, field.path)),
  };
}

const shown = (value: unknown): string =>
  value === null ? 'none' : typeof value === 'string' ? value : JSON.stringify(value);

/** Problems at places that no field of the form has: a key somebody misspelt in the file. */
export const strayProblems = (problems: readonly ConfigProblem[]): readonly ConfigProblem[] =>
  problems.filter((problem) => !allFields.some(({ path }) => problemsAt([problem], path).length > 0));

export interface SectionCounts {
  readonly section: Section;
  readonly unsaved: number;
  readonly problems: number;
}

export function sectionCounts(edits: Edits, problems: readonly ConfigProblem[]): readonly SectionCounts[] {
  return sections.map((section) => ({
    section,
    unsaved: section.fields.filter(({ path }) => edits.has(path)).length,
    problems: section.fields.reduce((sum, { path }) => sum + problemsAt(problems, path).length, 0),
  }));
}

/** What became of a save: which settings, and which of them wait. */
export function savedWords(saved: Edits, after: Settings): string {
  const names = [...saved.keys()];
  const waiting = names.filter((name) =>
    after.needs_restart.some((path) => path === name || path.startsWith(`${name}.`)),
  );
  const what = `Saved: ${names.join(', ')}.`;
  if (waiting.length === 0) return `${what} In force now.`;
  const all = waiting.length === names.length;
  return `${what} ${all ? (names.length === 1 ? 'It takes' : 'They take') : `${waiting.join(', ')} ${waiting.length === 1 ? 'takes' : 'take'}`} effect at the coordinator’s next start.`;
}
