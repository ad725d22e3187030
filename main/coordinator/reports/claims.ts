/** What a report says of its own run, as far as it says so in a form that has one meaning. Pure. */
import type { Nodes, Root } from 'mdast';

export interface Claimed<T> {
  readonly value: T;
  /** 1-based, in the report. */
  readonly line: number;
}

export interface ReportClaims {
  /** "Status: completed" and the like: the words as they stand there. */
  readonly success: Claimed<string> | null;
  /** "Execution time: 3 min 5 s", or a time alone below a heading "Time". */
  readonly seconds: Claimed<number> | null;
  /** Paths in backticks that have a folder and an ending, in lines that do not speak of files that are gone. */
  readonly files: readonly Claimed<string>[];
}

export const noClaims: ReportClaims = { success: null, seconds: null, files: [] };

/** More are not looked for: a report that lists thousands would cost thousands of looks at the disk. */
const mostFiles = 100;
/** Longer lines are prose or data, and cost a pattern its patience. */
const longestLine = 1000;

const successLine =
  /^\W*(?:final |overall )?(?:status|outcome)\W{1,8}(completed?|success(?:ful(?:ly)?)?|done|ok|finished)\b(?! with)/i;
const timeLine = /^\W*(?:execution |running |run |total )?(?:time|runtime|duration)\W{1,8}(?=\d)(.{1,60})$/i;
const goneWords =
  /\b(?:delet|remov|renam|mov(?:ed|ing)|missing|not (?:found|exist)|no longer|does ?n[o']t|never|without)/i;
const filePath = /^(?:\.{0,2}[\\/]|[A-Za-z]:[\\/])?[\w.@-]+(?:[\\/][\w.@-]+)*[\\/][\w.@-]*\.[A-Za-z]\w{0,7}$/;

export function claimsIn(markdown: string, tree: Root): ReportClaims {
  const isOutside = outsideOf(tree);
  let success: Claimed<string> | null = null;
  let seconds: Claimed<number> | null = null;
  const files = new Map<string, Claimed<string>>();
  let isBelowTime = false;
  for (const [index, text] of markdown.split(/\r\n|\n|\r/).entries()) {
    const line = index + 1;
    if (text.length > longestLine || !isOutside(line) || text.trim() === '') continue;
    success ??= claimed(successLine.exec(text)?.[1], line);
    const time = timeLine.exec(text)?.[1] ?? (isBelowTime ? text : undefined);
    seconds ??= claimed(time === undefined ? undefined : secondsIn(time), line);
    isBelowTime = /^#{1,6}\s+(?:[\d.)]+\s+)?(?:execution |running )?time\W*$/i.test(text);
    if (goneWords.test(text)) continue;
    for (const [, path] of text.matchAll(/`([^`]{3,260})`/g)) {
      const named = path?.replace(/:\d+(?:[-:]\d+)?$/, '') ?? '';
      if (files.size < mostFiles && filePath.test(named) && !files.has(named)) files.set(named, { value: named, line });
    }
  }
  return { success, seconds, files: [...files.values()] };
}

const claimed = <T>(value: T | null | undefined, line: number): Claimed<T> | null =>
  value === null || value === undefined ? null : { value, line };

/** Lines of code blocks and of HTML are examples and comments, not claims. */
function outsideOf(tree: Root): (line: number) => boolean {
  const inside = tree.children
    .filter((node: Nodes) => node.type === 'code' || node.type === 'html')
    .flatMap(({ position }) => (position === undefined ? [] : [[position.start.line, position.end.line] as const]));
  return (line) => !inside.some(([from, to]) => line >= from && line <= to);
}

/** "3 min 5 s", "1.5 hours", "00:03:05"; null: not wholly a time. */
export function secondsIn(text: string): number | null {
  const plain = text.trim().replace(/^[*_~≈ ]+|[*_. ]+$/g, '');
  const clock = /^(\d{1,3}):(\d{2})(?::(\d{2}))?$/.exec(plain);
  if (clock !== null) {
    const [, first = '0', second = '0', third] = clock;
    if (third === undefined) return Number(first) * 60 + Number(second);
    return Number(first) * 3600 + Number(second) * 60 + Number(third);
  }
  if (!/^(?:\d+(?:\.\d+)?\s*(?:h|hours?|m|mins?|minutes?|s|secs?|seconds?)\.?(?:\s*,?\s*|\s+and\s+))+$/i.test(plain))
    return null;
  const perUnit: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };
  return [...plain.matchAll(/(\d+(?:\.\d+)?)\s*([hms])/gi)].reduce(
    (sum, [, many, unit]) => sum + Number(many) * (perUnit[unit?.toLowerCase() ?? ''] ?? 0),
    0,
  );
}
