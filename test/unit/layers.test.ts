import { relative } from 'node:path/posix';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Complaint, Mirror } from '../fixtures/layers/mirror.ts';
import { PACKAGES, PARTS, PLACES, type Part } from '../fixtures/layers/rule.ts';

/** Generous: the tools need seconds, and a busy machine several times as long. */
const TOOLS_MS = 120_000;
const importRule = 'eslint(no-restricted-imports)';
const targets: readonly string[] = [...PLACES, ...PACKAGES];

/** How `file` writes an import of the target: relative with its extension, or the package's name. */
function specifier(file: string, target: string): string {
  if (!target.endsWith('.ts')) return target;
  const path = relative(file.slice(0, file.lastIndexOf('/')), target);
  return path.startsWith('.') ? path : `./${path}`;
}

const importsOf = (file: string, of: readonly string[]): readonly string[] =>
  of.map((target) => `import '${specifier(file, target)}';`);
const linesOf = (probes: readonly { readonly code: string }[]): readonly string[] => probes.map(({ code }) => code);

const others = (part: Part): readonly string[] => targets.filter((target) => target !== part.name);
const forbidden = PARTS.flatMap((part) =>
  part.files.flatMap((file) =>
    others(part).flatMap((target, index) => (part.may.includes(target) ? [] : [{ file, target, line: index + 1 }])),
  ),
);

/** Resolves to an allowed file, but hides from the eye and from a pattern where the way goes. */
const detour = `import './inner/../target.ts';`;

/** Ways to write an import other than `import { x } from`, each of which must be seen too. */
const disguises = [
  `import type { target } from '../api/target.ts';`,
  `export { target } from '../api/target.ts';`,
  `export * from '../api/target.ts';`,
  `const late = await import('../api/target.ts');`,
  `import './../api/target.ts';`,
  `import '../coordinator/../api/target.ts';`,
].map((code, index) => ({ code, line: index + 1 }));

const habits = [
  { code: 'export const a: any = 1;', rule: 'typescript(no-explicit-any)' },
  { code: 'Promise.resolve();', rule: 'typescript(no-floating-promises)' },
  { code: '[1].forEach(async () => Promise.resolve());', rule: 'typescript(no-misused-promises)' },
  {
    code: `export const b = (c: 'x' | 'y') => { switch (c) { case 'x': return 1; } return 2; };`,
    rule: 'typescript(switch-exhaustiveness-check)',
  },
  { code: '// @ts-ignore: no reason counts', rule: 'typescript(ban-ts-comment)' },
  { code: '// @ts-expect-error: no reason counts', rule: 'typescript(ban-ts-comment)' },
  { code: 'try { Number(1); } catch {}', rule: 'eslint(no-empty)' },
  {
    code: `import { target } from './target.ts'; export type D = typeof target;`,
    rule: 'typescript(consistent-type-imports)',
  },
  { code: `export type E = import('./target.ts').F;`, rule: 'typescript(consistent-type-imports)' },
  { code: 'export const g = (h: number) => h == 1;', rule: 'eslint(eqeqeq)' },
].map((habit, index) => ({ ...habit, line: index + 1 }));

const plainNode = [
  'clients/typescript',
  'main',
  'main/coordinator',
  'main/api',
  'main/cli',
  'main/demo',
  'main/mcp',
  'main/nursery',
];
const noElectron = ['protocol', 'renderer', ...plainNode];
const noNode = ['protocol', 'renderer'];
const noPage = ['protocol', 'main/shell', ...plainNode];

const complaints = (all: readonly Complaint[], file: string, line: number): readonly Complaint[] =>
  all.filter((complaint) => complaint.file === file && complaint.line === line);
const codes = (all: readonly Complaint[], file: string, line: number): readonly string[] =>
  complaints(all, file, line).map(({ code }) => code);

describe('the linter', () => {
  const mirror = new Mirror();
  let said: readonly Complaint[] = [];

  beforeAll(async () => {
    for (const place of PLACES) mirror.write(place, ['export const target = 1;']);
    for (const part of PARTS) {
      for (const file of part.files) mirror.write(file, [...importsOf(file, others(part)), detour]);
      if (part.files.length > 1) mirror.write(`${part.name}/clean.ts`, importsOf(`${part.name}/clean.ts`, part.may));
    }
    mirror.write('main/coordinator/disguises.ts', linesOf(disguises));
    mirror.write('main/coordinator/habits.ts', linesOf(habits));
    mirror.write('main/coordinator/ring-one.ts', [
      `import { two } from './ring-two.ts';`,
      'export const one = () => two;',
    ]);
    mirror.write('main/coordinator/ring-two.ts', [
      `import { one } from './ring-one.ts';`,
      'export const two = () => one;',
    ]);
    mirror.write('renderer/hooks.tsx', [
      `import { useState } from 'react';`,
      'export function View({ on }: { on: boolean }) { if (on) { useState(1); } return null; }',
    ]);
    said = await mirror.lint();
  }, TOOLS_MS);

  afterAll(() => mirror.remove());

  test.each(forbidden)('refuses $target in $file', ({ file, line }) => {
    expect(codes(said, file, line)).toContain(importRule);
  });

  test.each(PARTS)('lets $name import what the rule grants it', (part) => {
    const refused = part.files.flatMap((file) =>
      others(part).filter(
        (target, index) => part.may.includes(target) && codes(said, file, index + 1).includes(importRule),
      ),
    );
    expect(refused).toEqual([]);
    expect(said.filter(({ file }) => file === `${part.name}/clean.ts`)).toEqual([]);
  });

  test.each(PARTS)('refuses a path with a detour in $name', (part) => {
    for (const file of part.files) expect(codes(said, file, others(part).length + 1)).toContain(importRule);
  });

  test('says what the part may import', () => {
    const line = targets.indexOf('main/cli/target.ts') + 1;
    expect(complaints(said, 'main/api/probe.ts', line).map(({ text }) => text)).toEqual([
      expect.stringContaining('main/api imports main/mcp, main/coordinator and protocol only.'),
    ]);
  });

  test.each(disguises)('sees the import in: $code', ({ line }) => {
    expect(codes(said, 'main/coordinator/disguises.ts', line)).toContain(importRule);
  });

  test('refuses two files that import each other', () => {
    expect(codes(said, 'main/coordinator/ring-one.ts', 1)).toContain('import(no-cycle)');
    expect(codes(said, 'main/coordinator/ring-two.ts', 1)).toContain('import(no-cycle)');
  });

  test.each(habits)('refuses with $rule: $code', ({ rule, line }) => {
    expect(codes(said, 'main/coordinator/habits.ts', line)).toContain(rule);
  });

  test('refuses a hook that depends on a condition', () => {
    expect(codes(said, 'renderer/hooks.tsx', 2)).toContain('react-hooks(rules-of-hooks)');
  });
});

describe('the compiler', () => {
  const mirror = new Mirror();
  const said = new Map<string, readonly Complaint[]>();

  /** main/tsconfig.json names its files, so the probe stands in for one of them. */
  const probeOf = (folder: string): string => (folder === 'main' ? 'main/compose.ts' : `${folder}/host.ts`);
  const about = (folder: string, line: number): readonly string[] =>
    codes(said.get(folder) ?? [], probeOf(folder), line);

  beforeAll(async () => {
    for (const folder of new Set([...noElectron, ...noNode, ...noPage])) {
      mirror.write(probeOf(folder), [
        `import { app } from 'electron';`,
        `import { readFileSync } from 'node:fs';`,
        'export const used = [app, readFileSync];',
        'export const page = window;',
      ]);
      said.set(folder, await mirror.types(folder));
    }
  }, TOOLS_MS);

  afterAll(() => mirror.remove());

  test.each(noElectron)('refuses electron in %s', (folder) => {
    expect(about(folder, 1)).toEqual(['TS2305']);
  });

  test.each(noNode)('refuses a Node module in %s', (folder) => {
    expect(about(folder, 2)).toEqual(['TS2591']);
  });

  test.each(noPage)('refuses the page of a browser in %s', (folder) => {
    expect(about(folder, 4)).toEqual(['TS2304']);
  });

  test('lets a part use what its host has', () => {
    expect(about('main/shell', 1)).toEqual([]);
    expect(about('main/coordinator', 2)).toEqual([]);
    expect(about('renderer', 4)).toEqual([]);
  });
});
