/** The file of a completion report, read once and with care: what lies there was put there by an agent. */
import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import type { ReportProblem } from '../../../protocol/agent.ts';

/** More than any report needs: a book's chapter. What is parsed here holds up everything else meanwhile. */
export const largestReportBytes = 256 * 1024;

export type ReportFile =
  /** `writtenAt`: milliseconds since the epoch, as the file says. */
  | { readonly is: 'read'; readonly markdown: string; readonly writtenAt: number }
  | { readonly is: 'missing' | 'unusable'; readonly problem: ReportProblem };

/** Never rejects, never waits for a pipe's other end, and follows no link in the place of the report. */
export async function readReport(path: string): Promise<ReportFile> {
  try {
    const there = await lstat(path);
    if (there.isSymbolicLink()) return unusable(`The report ${path} is a link. Write the report itself there.`);
    if (!there.isFile()) return unusable(`The report ${path} is not a regular file. Write it as one.`);
    // What was looked at may have been replaced since: the flags hold for what is opened.
    const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    try {
      const info = await file.stat();
      if (!info.isFile()) return unusable(`The report ${path} is not a regular file. Write it as one.`);
      if (info.size > largestReportBytes) {
        return unusable(
          `The report ${path} has ${info.size} bytes; at most ${largestReportBytes} are read. Shorten it.`,
        );
      }
      const markdown = decode(await file.readFile());
      if (markdown === null) return unusable(`The report ${path} is not UTF-8 text. Write it as UTF-8.`);
      return { is: 'read', markdown, writtenAt: info.mtimeMs };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return {
        is: 'missing',
        problem: problem('missing', `There is no report at ${path}. The agent must write it before it ends.`),
      };
    }
    return unusable(`The report ${path} cannot be read: ${String(error)}.`);
  }
}

/** UTF-8, or UTF-16 with its mark, as PowerShell writes files; null: neither. A mark is not part of the text. */
function decode(bytes: Buffer): string | null {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    // Text has none; a program's output that happens to be valid UTF-8 does.
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

const unusable = (message: string): ReportFile => ({ is: 'unusable', problem: problem('unreadable', message) });

export function problem(code: ReportProblem['code'], message: string, line: number | null = null): ReportProblem {
  return { code, message, line };
}
