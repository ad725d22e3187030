/** Runtimes as the list editor shows and changes them. */
import { builtInRuntimes } from '../../../protocol/checked-config.ts';

export const runtimeKinds = ['claude', 'command', 'demo'] as const;
export type RuntimeKind = (typeof runtimeKinds)[number];
type Entry = Readonly<Record<string, unknown>>;

export interface RuntimeRow {
  readonly name: string;
  /** As in the file; a kind that does not exist is said by the schema. */
  readonly entry: Entry;
  /** It is there though the file does not name it. */
  readonly isBuiltIn: boolean;
  /** The file sets it up. */
  readonly isInFile: boolean;
}

const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const entriesOf = (value: unknown): readonly (readonly [string, unknown])[] =>
  isEntry(value) ? Object.entries(value) : [];

/** The built-in ones first, then those of the file in its order. */
export function runtimeRows(value: unknown): readonly RuntimeRow[] {
  const file = new Map(entriesOf(value));
  const builtIn = Object.entries(builtInRuntimes);
  const others = [...file].filter(([name]) => !builtIn.some(([known]) => known === name));
  return [...builtIn, ...others].map(([name, entry]) => {
    const own = file.get(name);
    return {
      name,
      entry: isEntry(own) ? own : isEntry(entry) ? entry : {},
      isBuiltIn: builtIn.some(([known]) => known === name),
      isInFile: own !== undefined,
    };
  });
}

/** With one entry made or replaced; null takes it out. undefined: none is left. */
export function withRuntime(value: unknown, name: string, entry: Entry | null): unknown {
  const file = new Map(entriesOf(value));
  if (entry === null) file.delete(name);
  else file.set(name, entry);
  return file.size === 0 ? undefined : Object.fromEntries(file);
}

/** One field of an entry; undefined takes it out. */
export function withField(entry: Entry, key: string, value: unknown): Entry {
  const others = Object.entries(entry).filter(([name]) => name !== key);
  const isThere = Object.hasOwn(entry, key);
  if (value === undefined) return Object.fromEntries(others);
  // In its place, so that a list does not jump while it is edited.
  return isThere ? { ...entry, [key]: value } : Object.fromEntries([...others, [key, value]]);
}

const keysOf: Readonly<Record<RuntimeKind, readonly string[]>> = {
  claude: ['command', 'args', 'env', 'approvals'],
  command: ['command', 'args', 'env', 'prompt'],
  demo: ['env'],
};

/** Of another kind: what that kind does not have is left out. */
export function withKind(entry: Entry, kind: RuntimeKind): Entry {
  const kept = Object.entries(entry).filter(([key]) => keysOf[kind].includes(key));
  return { kind, ...Object.fromEntries(kept) };
}

/** Why a runtime cannot have this name; null: it can. */
export function nameTrouble(name: string, rows: readonly RuntimeRow[]): string | null {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) return '1 to 64 letters, digits, “_” or “-”.';
  return rows.some((row) => row.name === name) ? 'There is a runtime of this name.' : null;
}
