import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { takenUp } from '../../../main/coordinator/root/live-config.ts';
import { type Config, configSchema } from '../../../protocol/config.ts';
import { mergePatch, patchBetween } from '../../../protocol/merge-patch.ts';
import type { Settings } from '../../../protocol/settings.ts';
import {
  defaultOf,
  fieldState,
  noEdits,
  patchOf,
  problemsAt,
  problemsOf,
  savedWords,
  strayProblems,
  withEdit,
} from '../../../renderer/selectors/settings/draft.ts';
import { textOf, valueFrom } from '../../../renderer/selectors/settings/field-text.ts';
import { allFields, type Field, sections } from '../../../renderer/selectors/settings/fields.ts';
import { runtimeRows, withField, withKind, withRuntime } from '../../../renderer/selectors/settings/runtimes.ts';

/** The schema without its defaults and nulls. */
function bare(schema: unknown): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) {
    return bare(schema.unwrap());
  }
  return schema;
}

/** Every place of config.json that is no group of others, with its schema. */
function leaves(schema: unknown, path: readonly string[] = []): [string, unknown][] {
  const inner = bare(schema);
  if (!(inner instanceof z.ZodObject)) return [[path.join('.'), inner]];
  return Object.entries(inner.shape).flatMap(([key, of]) => leaves(of, [...path, key]));
}

const kindOf = (path: string, schema: unknown): Field['kind']['is'] => {
  if (path === 'runtimes') return 'runtimes';
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodBoolean) return 'switch';
  if (schema instanceof z.ZodString) return 'text';
  if (schema instanceof z.ZodEnum) return 'choice';
  if (schema instanceof z.ZodArray) return 'lines';
  if (schema instanceof z.ZodRecord) return 'limits';
  throw new Error(`${path}: the form has nothing for such a field`);
};

const settings = (file: Settings['file'], needs_restart: string[] = []): Settings => ({
  path: '/root/config.json',
  in_force: configSchema.parse({}),
  file,
  needs_restart,
  revision: 'r1',
  changed: null,
  problem: null,
});

describe('the form of the settings', () => {
  const schemas = new Map(leaves(configSchema));

  test('has each field of config.json once, of the kind that its schema is', () => {
    const kinds = (of: Iterable<readonly [string, string]>) => [...of].sort(([a], [b]) => a.localeCompare(b));
    expect(kinds(allFields.map(({ path, kind }) => [path, kind.is] as const))).toEqual(
      kinds([...schemas].map(([path, schema]) => [path, kindOf(path, schema)] as const)),
    );
  });

  test('stands in the sections that config.json has, with every choice of the schema and a default for each', () => {
    for (const { name, fields } of sections) {
      for (const { path, kind, effect } of fields) {
        expect(path.includes('.') ? path.split('.')[0] : name).toBe(name);
        expect(defaultOf(path), path).not.toBeUndefined();
        expect(effect, path).toMatch(/\.$/);
        const schema = schemas.get(path);
        if (kind.is === 'choice' && schema instanceof z.ZodEnum)
          expect(Object.keys(kind.words)).toEqual(schema.options);
      }
    }
  });

  test('says of exactly those fields that they need a restart that the coordinator does not take up', () => {
    const before = configSchema.parse({});
    // A value that differs; the taking up does not look at whether it is a good one.
    const marked = (path: string): Config => {
      const keys = path.split('.');
      const inner = keys.reduceRight<unknown>((value, key) => ({ [key]: value }), 'changed');
      return mergePatch(before, inner as Record<string, unknown>) as Config;
    };
    const isTakenUp = (path: string): boolean => JSON.stringify(takenUp(before, marked(path))).includes('"changed"');
    expect(allFields.filter(({ restart }) => restart === true).map(({ path }) => path)).toEqual(
      allFields.map(({ path }) => path).filter((path) => !isTakenUp(path)),
    );
  });
});

describe('a draft', () => {
  test('sends only what changed, and a reset as a removal', () => {
    const now = settings({ port: 0, limits: { max_running: 5, max_depth: 2 } });
    let edits = withEdit(now, noEdits, 'limits.max_running', 7);
    edits = withEdit(now, edits, 'limits.max_depth', undefined);
    edits = withEdit(now, edits, 'budget.per_day.cost_usd', 3);
    edits = withEdit(now, edits, 'retention_days', 30);
    expect(patchOf(now, edits)).toEqual({
      limits: { max_running: 7, max_depth: null },
      budget: { per_day: { cost_usd: 3 } },
    });
    expect(withEdit(now, edits, 'limits.max_running', 5).has('limits.max_running')).toBe(false);
  });

  test('is judged in the words of the file, at the field', () => {
    const now = settings({ runtimes: { own: { kind: 'command', command: '/bin/sh' } } });
    let edits = withEdit(now, noEdits, 'limits.max_running', 'many');
    edits = withEdit(now, edits, 'limits.max_running_per_level', { x: 1 });
    edits = withEdit(now, edits, 'runtimes', { own: { kind: 'command', env: { 'A-B': 'secret' } } });
    const problems = problemsOf(now, edits);
    expect(problemsAt(problems, 'limits.max_running')).toEqual([
      expect.objectContaining({ message: 'Invalid input: expected number, received string, given "many"' }),
    ]);
    expect(problemsAt(problems, 'limits.max_running_per_level')).toHaveLength(1);
    expect(problemsAt(problems, 'runtimes.own.command')).toHaveLength(1);
    expect(problemsAt(problems, 'runtimes.own.env')).toHaveLength(1);
    expect(JSON.stringify(problems)).not.toContain('secret');
    expect(problemsOf(now, withEdit(now, noEdits, 'default_runtime', 'codex'))).toEqual([
      expect.objectContaining({
        path: 'default_runtime',
        message: expect.stringMatching(/^is "codex"; runtimes has claude, demo, own/) as unknown,
      }),
    ]);
    expect(strayProblems(problemsOf(settings({ prot: 1 }), noEdits))).toHaveLength(1);
    expect(strayProblems(problems)).toHaveLength(0);
  });

  test('knows what is set, what is not saved, and what waits for a restart', () => {
    const now = settings({ limits: { log_limit_mb: 8 } }, ['limits.log_limit_mb']);
    const field = allFields.find(({ path }) => path === 'limits.log_limit_mb');
    if (field === undefined) throw new Error('no such field');
    expect(fieldState(now, noEdits, [], field)).toMatchObject({ isChanged: true, isUnsaved: false, inForce: '64' });
    const edits = withEdit(now, withEdit(now, noEdits, 'retention_days', 3), 'limits.log_limit_mb', 9);
    expect(savedWords(edits, now)).toBe(
      'Saved: retention_days, limits.log_limit_mb. limits.log_limit_mb takes effect at the coordinator’s next start.',
    );
    expect(savedWords(withEdit(now, noEdits, 'retention_days', 3), now)).toBe('Saved: retention_days. In force now.');
  });

  test.each<[Field['kind'], string, unknown]>([
    [{ is: 'number' }, '1.5', 1.5],
    [{ is: 'number' }, '1,5', '1,5'],
    [{ is: 'number' }, ' ', undefined],
    [{ is: 'number' }, '0x10', '0x10'],
    [{ is: 'lines' }, ' a\n\nb ', ['a', 'b']],
    [{ is: 'lines' }, '', []],
    [{ is: 'limits', of: 'level' }, '2: 10\n3=4\nfive', { '2': 10, '3': 4, five: '' }],
  ])('reads what is typed: %j %j', (kind, text, value) => {
    expect(valueFrom(kind, text)).toEqual(value);
    expect(valueFrom(kind, textOf(kind, value))).toEqual(value);
  });

  test('a patch makes one file of the other', () => {
    const [before, after] = [
      { a: 1, b: { c: [1], d: 2 }, e: { f: 1 }, g: null },
      { b: { c: [2], h: { i: 1 } }, e: 5, g: null },
    ];
    expect(mergePatch(before, patchBetween(before, after))).toEqual(after);
    expect(patchBetween(before, before)).toEqual({});
  });
});

test('runtimes: the built-in ones are always listed, an entry can be made, changed in kind and taken out', () => {
  const rows = (value: unknown) => runtimeRows(value).map(({ name, isInFile }) => [name, isInFile]);
  expect(rows(undefined)).toEqual([
    ['claude', false],
    ['demo', false],
  ]);
  const made = withRuntime(undefined, 'own', withField({ kind: 'command' }, 'command', '/bin/sh'));
  expect(made).toEqual({ own: { kind: 'command', command: '/bin/sh' } });
  expect(rows(made).at(-1)).toEqual(['own', true]);
  expect(withKind({ kind: 'command', command: 'x', prompt: 'file', env: { A: '1' } }, 'demo')).toEqual({
    kind: 'demo',
    env: { A: '1' },
  });
  expect(withRuntime(made, 'own', null)).toBeUndefined();
});
