/** Reports as agents leave them, as files, and what the gate says of each. Text files lie in test/fixtures/reports. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import type { EndStatus } from '../../../protocol/agent.ts';
import { disagreements } from '../../../main/coordinator/reports/agreement.ts';
import { checkReport } from '../../../main/coordinator/reports/gate.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

const fixtures = resolve(import.meta.dirname, '../../fixtures/reports');
const agentId = 'agent_20251109_143000_1';
const sections = ['Summary', 'Work completed', 'Results', 'Issues', 'Time'];
const missingAll = sections.map(() => 'section_missing');
const began = Date.parse('2025-11-09T14:30:00Z');

/** `code` or `code:line`, in the order they are told. */
type Expected = readonly string[];
const good: Expected = [];

const files: Readonly<Record<string, Expected>> = {
  'plain.md': good,
  'crlf.md': good,
  'bom.md': good,
  'utf-16.md': good,
  'setext.md': good,
  'numbered.md': good,
  'closed-atx.md': good,
  'capitals-and-colons.md': good,
  'emphasised.md': good,
  'german-text.md': good,
  'lists-and-tables.md': good,
  'sub-headings.md': good,
  'more-sections.md': good,
  'other-order.md': good,
  'front-matter.md': good,
  'code-with-headings.md': good,
  'html-beside-text.md': good,
  'deleted-file.md': good,
  'says-completed.md': good,
  'without-summary.md': ['section_missing'],
  'without-issues.md': ['section_missing'],
  'without-time.md': ['section_missing'],
  'only-a-title.md': missingAll,
  'prose.md': missingAll,
  'empty.md': ['agent_not_named:1', ...missingAll],
  'blank.md': ['agent_not_named:1', ...missingAll],
  'wrong-agent.md': ['agent_not_named:1'],
  'agent-of-the-same-beginning.md': ['agent_not_named:1'],
  'no-agent.md': ['agent_not_named:1'],
  'empty-section.md': ['section_empty:17'],
  'empty-last-section.md': ['section_empty:21'],
  'section-with-only-a-comment.md': ['section_empty:17'],
  'section-in-a-fence.md': ['section_missing'],
  'section-in-a-comment.md': ['section_missing'],
  'section-indented-as-code.md': ['section_missing'],
  'open-fence.md': ['section_missing', 'section_missing', 'section_missing'],
  'headings-in-html.md': missingAll,
  'headings-in-bold.md': missingAll,
  'nearly-the-name.md': ['section_missing'],
  'latin-1.md': ['unreadable'],
  'zero-bytes.md': ['unreadable'],
  'absent-file.md': ['file_not_found:15'],
  'two-hours.md': ['time_differs:23'],
};

/** What cannot lie in a repository: made on the spot. */
const made: Readonly<Record<string, readonly [(path: string) => void, Expected]>> = {
  nothing: [() => undefined, ['missing']],
  'ten MB': [
    (path) => {
      copyFileSync(join(fixtures, 'plain.md'), path);
      truncateSync(path, 10 * 1024 * 1024);
    },
    ['unreadable'],
  ],
  'a file of before the run': [
    (path) => {
      copyFileSync(join(fixtures, 'plain.md'), path);
      utimesSync(path, began / 1000 - 60, began / 1000 - 60);
    },
    ['stale'],
  ],
  'a folder': [(path) => mkdirSync(path), ['unreadable']],
  'a link to a good report': [(path) => symlinkSync(join(fixtures, 'plain.md'), path), ['unreadable']],
  'a link to itself': [(path) => symlinkSync(path, path), ['unreadable']],
  'a link to nothing': [(path) => symlinkSync(`${path}.none`, path), ['unreadable']],
  'a pipe that nobody writes': [(path) => execFileSync('mkfifo', [path]), ['unreadable']],
  'brackets in brackets': [(path) => writeFileSync(path, '['.repeat(200_000)), ['agent_not_named:1', ...missingAll]],
};

async function verdictOn(path: string, status: EndStatus = 'completed'): Promise<string[]> {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, 'src'));
  writeFileSync(join(cwd, 'src/present.ts'), '');
  const verdict = await checkReport({ path, agentId, sections, writtenAfter: began, cwd });
  return [...verdict.problems, ...disagreements(verdict.claims, { status, seconds: 40 })].map(({ code, line }) =>
    line === null ? code : `${code}:${line}`,
  );
}

test('every file has its verdict here', () => {
  expect(readdirSync(fixtures).sort()).toEqual(Object.keys(files).sort());
});

test.each(Object.entries(files))('%s', async (name, expected) => {
  expect(await verdictOn(join(fixtures, name))).toEqual(expected);
});

test.skipIf(process.platform === 'win32').each(Object.entries(made))('%s', async (_, [make, expected]) => {
  const path = join(temporaryFolder(), 'report.md');
  make(path);
  expect(await verdictOn(path)).toEqual(expected);
});

test.each(['failed', 'stopped', 'timed_out', 'lost'] as const)(
  'one that says completed, of a run that %s',
  async (status) => {
    expect(await verdictOn(join(fixtures, 'says-completed.md'), status)).toEqual(['contradicts_run:3']);
    expect(await verdictOn(join(fixtures, 'code-with-headings.md'), status)).toEqual([]);
    // A report that claims nothing is the honest report of a run that failed.
    expect(await verdictOn(join(fixtures, 'plain.md'), status)).toEqual([]);
  },
);
