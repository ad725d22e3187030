/** Between a value of config.json and what stands in its box. What cannot be read stays as it was typed, for the schema to judge. */
import type { FieldKind } from './fields.ts';

/** What null means in a field of this kind. */
export const nothingSet = ({ is }: FieldKind): string => (is === 'number' ? 'no limit' : 'none');

export function textOf(kind: FieldKind, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(String).join('\n');
  if (kind.is === 'limits' && typeof value === 'object') {
    return Object.entries(value)
      .map(([name, limit]) => `${name}: ${String(limit)}`)
      .join('\n');
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
}

/** undefined: nothing was typed, so the default counts. */
export function valueFrom(kind: FieldKind, text: string): unknown {
  if (text.trim() === '') return kind.is === 'lines' || kind.is === 'limits' ? emptyOf(kind) : undefined;
  switch (kind.is) {
    case 'number':
      return numberFrom(text);
    case 'lines':
      return linesOf(text);
    case 'limits':
      return Object.fromEntries(linesOf(text).map(limitOf));
    default:
      return text;
  }
}

const emptyOf = (kind: FieldKind): unknown => (kind.is === 'lines' ? [] : {});

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

function limitOf(line: string): [string, unknown] {
  const [, name = line, limit = ''] = /^([^:=]*)[:=](.*)$/.exec(line) ?? [];
  return [name.trim(), numberFrom(limit)];
}

function numberFrom(text: string): unknown {
  const trimmed = text.trim();
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(trimmed) ? Number(trimmed) : trimmed;
}
