/** Looks for a text in one report. */
import type { ReportHit } from '../../../protocol/search.ts';
import { readReport } from '../reports/report-file.ts';
import type { Allowance } from './allowance.ts';
import { excerptOf } from './excerpt.ts';
import { needleOf } from './needle.ts';

/** null: it has none; 'unusable': there is something that cannot be read as a report. */
export async function searchReport(
  path: string,
  text: string,
  allowance: Allowance,
): Promise<Omit<ReportHit, 'agent_id'> | 'unusable' | null> {
  const report = await readReport(path);
  if (report.is !== 'read') return report.is === 'missing' ? null : 'unusable';
  const needle = needleOf(text);
  let found: { readonly line: number; readonly text: string } | null = null;
  let lines = 0;
  allowance.take(report.markdown.length);
  for (const [index, line] of report.markdown.split('\n').entries()) {
    const bytes = Buffer.from(line, 'utf8');
    needle.lastIndex = 0;
    const match = needle.exec(bytes.toString('latin1'));
    if (match === null) continue;
    lines += 1;
    found ??= { line: index + 1, text: excerptOf(bytes, match.index, match.index + match[0].length) };
  }
  return found === null ? null : { ...found, lines };
}
