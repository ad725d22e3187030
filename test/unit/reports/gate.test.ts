import { execFileSync } from 'node:child_process';
import { mkdirSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkMarkdown, checkReport } from '../../../main/coordinator/reports/gate.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

const agentId = 'agent_20251109_143000_1';
const sections = ['Summary', 'Work completed', 'Results', 'Issues', 'Time'];
const whole = `# Report\n\nAgent: ${agentId}\n\n${sections.map((name) => `## ${name}\n\nText.\n`).join('\n')}`;
const codes = (markdown: string): string[] => checkMarkdown(markdown, agentId, sections).map(({ code }) => code);

describe('the text of a report', () => {
  test('with every section and its agent has no problem', () => expect(codes(whole)).toEqual([]));

  test.each([
    ['numbered', whole.replaceAll('## ', '## 1.2) ')],
    ['in capitals, with a colon', whole.replace('## Work completed', '## WORK  COMPLETED: ')],
    ['of another depth', whole.replaceAll('## ', '#### ')],
    ['underlined', whole.replace('## Summary\n', 'Summary\n-------\n')],
    ['emphasised', whole.replace('## Results', '## **Results**')],
    ['with only a deeper heading below', whole.replace('## Issues\n\nText.', '## Issues\n\n### None')],
    ['with only a list', whole.replace('## Issues\n\nText.', '## Issues\n\n- one')],
    ['with line ends of Windows', whole.replaceAll('\n', '\r\n')],
  ])('may have headings %s', (_, markdown) => expect(codes(markdown)).toEqual([]));

  test.each(sections)('without the section %s says so by name and how to add it', (name) => {
    const problems = checkMarkdown(whole.replace(`## ${name}\n`, ''), agentId, sections);
    expect(problems).toMatchObject([{ code: 'section_missing', line: null }]);
    expect(problems[0]?.message).toContain(`"## ${name}"`);
  });

  test('with an empty section names its line', () => {
    const problems = checkMarkdown(whole.replace('## Results\n\nText.\n', '## Results\n'), agentId, sections);
    const line = whole.split('\n').indexOf('## Results') + 1;
    expect(problems).toMatchObject([{ code: 'section_empty', line }]);
  });

  test('with an empty last section says so', () => {
    expect(codes(whole.replace('## Time\n\nText.\n', '## Time\n'))).toEqual(['section_empty']);
  });

  test('does not take a heading for one that stands in a code block, or in part', () => {
    expect(codes(whole.replace('## Time', '```\n## Time\n```'))).toEqual(['section_missing']);
    expect(codes(whole.replace('## Time', '## Timely'))).toEqual(['section_missing']);
  });

  test('that does not name its agent says what to write', () => {
    const problems = checkMarkdown(whole.replace(agentId, 'me'), agentId, sections);
    expect(problems).toMatchObject([{ code: 'agent_not_named' }]);
    expect(problems[0]?.message).toContain(agentId);
  });

  test('may name its sections as links', () => {
    expect(codes(whole.replace('## Results', '## [Results](#results)'))).toEqual([]);
  });

  test('is not parsed deeper than it matters: what nests without end is text', () => {
    const nested = ['![', '*a ', '> ', '- ', '[', '`a'].map((mark) => mark.repeat(8000)).join('\n\n');
    expect(codes(whole.replace('## Issues\n\nText.', `## Issues\n\n${nested}`))).toEqual([]);
  });

  test('that is empty has every problem at once', () => {
    expect(codes('')).toEqual(['agent_not_named', ...sections.map(() => 'section_missing')]);
  });
});

describe('the file of a report', () => {
  const expectation = (path: string, writtenAfter: number | null = null) => ({
    path,
    agentId,
    sections,
    writtenAfter,
    cwd: null,
  });

  test('that is right has no problem', async () => {
    const path = join(temporaryFolder(), 'report.md');
    writeFileSync(path, whole);
    expect(await checkReport(expectation(path, Date.now() - 60_000))).toMatchObject({ exists: true, problems: [] });
  });

  test('that is missing does not exist, and the path is said', async () => {
    const path = join(temporaryFolder(), 'report.md');
    const verdict = await checkReport(expectation(path));
    expect(verdict).toMatchObject({ exists: false, problems: [{ code: 'missing' }] });
    expect(verdict.problems[0]?.message).toContain(path);
  });

  test('that is older than the run is stale', async () => {
    const path = join(temporaryFolder(), 'report.md');
    writeFileSync(path, whole);
    utimesSync(path, 1000, 1000);
    expect((await checkReport(expectation(path, 1_000_001))).problems).toMatchObject([{ code: 'stale' }]);
    expect((await checkReport(expectation(path, 1_000_000))).problems).toEqual([]);
    expect((await checkReport(expectation(path))).problems).toEqual([]);
  });

  test('that is a folder, or enormous, cannot be read', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'report.md'));
    expect((await checkReport(expectation(join(folder, 'report.md')))).problems).toMatchObject([
      { code: 'unreadable' },
    ]);
    writeFileSync(join(folder, 'huge.md'), '');
    truncateSync(join(folder, 'huge.md'), 256 * 1024 + 1);
    const verdict = await checkReport(expectation(join(folder, 'huge.md')));
    expect(verdict).toMatchObject({ exists: true, problems: [{ code: 'unreadable' }] });
    expect(verdict.problems[0]?.message).toContain('262145');
  });

  test.skipIf(process.platform === 'win32')('that is a pipe is not waited for', async () => {
    const path = join(temporaryFolder(), 'report.md');
    execFileSync('mkfifo', [path]);
    expect((await checkReport(expectation(path))).problems).toMatchObject([{ code: 'unreadable' }]);
  });
});
