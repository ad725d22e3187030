/** What is checked on the Windows node.exe itself (the folder inside/): bundled, run there, and each check shown here. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, resolve } from 'node:path';
import { build } from 'vite';
import { describe, expect, test } from 'vitest';
import { application, isReady, startNode, windowsPath } from './wine.ts';

interface Checked {
  readonly name: string;
  readonly problem: string | null;
}

const limitMs = 180_000;

const inside = (file: string): string => resolve(import.meta.dirname, 'inside', file);

async function bundle(): Promise<string> {
  const outDir = join(application, 'inside');
  await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      rolldownOptions: {
        input: { main: inside('main.ts'), holder: inside('holder.ts') },
        external: (id) => isBuiltin(id) || id === 'koffi',
        output: { format: 'esm', entryFileNames: '[name].mjs' },
      },
    },
    ssr: { noExternal: true },
  });
  return join(outDir, 'main.mjs');
}

async function runInside(): Promise<Checked[]> {
  const entry = await bundle();
  const scratch = mkdtempSync(join(application, 'inside', 'run-'));
  const results = join(scratch, 'results.tap');
  const report = ['--test-reporter=tap', `--test-reporter-destination=${windowsPath(results)}`];
  const program = startNode([...report, windowsPath(entry)], scratch);
  const timer = setTimeout(() => program.process.kill('SIGKILL'), limitMs);
  const [code] = (await once(program.process, 'exit')) as [number | null];
  clearTimeout(timer);
  const checked = checksIn(readFileSync(results, 'utf8'));
  if (code === null || checked.length === 0) {
    return [{ name: 'the checks run to their end', problem: program.output() || `over ${limitMs} ms` }];
  }
  rmSync(scratch, { recursive: true, force: true });
  return checked;
}

/** The top level of a TAP report. */
function checksIn(tap: string): Checked[] {
  return tap.split(/^(?=(?:not )?ok \d+ - )/m).flatMap((part) => {
    const [, not, name] = /^(not )?ok \d+ - (.*)/.exec(part) ?? [];
    return name === undefined ? [] : [{ name, problem: not === undefined ? null : part }];
  });
}

const checks = isReady ? await runInside() : [{ name: 'needs "npm run test:windows"', problem: null }];

describe.skipIf(!isReady)('on the Windows node.exe', () => {
  test.each(checks)('$name', ({ problem }) => expect(problem).toBeNull());
});
