/** A copy of the checkout in a temporary folder in which one thing is wrong at a time, and its tests are run. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Mutant } from '../mutants/mutant.ts';

const checkout = resolve(import.meta.dirname, '../../..');

/** What building and testing needs; packages are shared. */
const copied = [
  ...['protocol', 'main', 'preload', 'renderer', 'clients', 'assets', 'scripts', 'test', 'dist', 'docs'],
  ...['vite.config.ts', 'vitest.config.ts', 'tsconfig.json', 'package.json', 'package-lock.json'],
];

export type Verdict =
  | { readonly is: 'passed' }
  /** A test of the given files failed: its name. */
  | { readonly is: 'failed'; readonly test: string }
  /** No test could tell anything: it does not build, or no test ran. */
  | { readonly is: 'broken'; readonly output: string };

interface Report {
  readonly numTotalTests: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

export class MutatedCopy {
  readonly #folder = mkdtempSync(join(tmpdir(), 'ziggie-mutant-'));

  constructor() {
    for (const name of copied) {
      if (existsSync(join(checkout, name))) cpSync(join(checkout, name), join(this.#folder, name), { recursive: true });
    }
    symlinkSync(join(checkout, 'node_modules'), join(this.#folder, 'node_modules'));
  }

  /** Null, or why the mutant says nothing about the product as it is today. */
  staleness({ name, file, find, tests }: Mutant): string | null {
    const missing = [file, ...tests].find((one) => !existsSync(join(this.#folder, one)));
    if (missing !== undefined) return `"${name}" is stale: there is no ${missing}`;
    const places = readFileSync(join(this.#folder, file), 'utf8').split(find).length - 1;
    return places === 1 ? null : `"${name}" is stale: its text occurs ${places} times in ${file}, once is wanted`;
  }

  /** For a mutant that is not stale. The copy is whole again afterwards. */
  judge({ file, find, replace, tests }: Mutant): Verdict {
    const path = join(this.#folder, file);
    const text = readFileSync(path, 'utf8');
    writeFileSync(
      path,
      text.replace(find, () => replace),
    );
    try {
      return this.run(tests);
    } finally {
      writeFileSync(path, text);
    }
  }

  run(tests: readonly string[]): Verdict {
    if (tests.some((test) => test.startsWith('test/integration/'))) {
      const build = this.#node(['scripts/setup.mjs', '--build']);
      if (build.status !== 0) return { is: 'broken', output: build.output };
    }
    const file = join(this.#folder, 'report.json');
    rmSync(file, { force: true });
    // The first failure tells enough.
    const vitest = [
      ...['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', '--project', 'integration', '--bail=1'],
      ...['--reporter=json', `--outputFile=${file}`, ...tests],
    ];
    const { output } = this.#node(vitest);
    const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : null;
    if (report === null || report.numTotalTests === 0) return { is: 'broken', output };
    const all = report.testResults.flatMap(({ assertionResults }) => assertionResults);
    const failed = all.find(({ status }) => status === 'failed');
    if (failed !== undefined)
      return { is: 'failed', test: `${failed.fullName}: ${(failed.failureMessages ?? []).join(' ').slice(0, 600)}` };
    return all.some(({ status }) => status === 'passed') ? { is: 'passed' } : { is: 'broken', output };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #node(args: readonly string[]): { readonly status: number | null; readonly output: string } {
    // A test run inside a test run must not take itself for a part of it.
    const inherited = Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST$|NODE_ENV$|ZIGGIE_)/.test(name));
    const { status, stdout, stderr } = spawnSync(process.execPath, [...args], {
      cwd: this.#folder,
      env: Object.fromEntries(inherited),
      encoding: 'utf8',
      timeout: 300_000,
    });
    return { status, output: `${stdout}${stderr}` };
  }
}
