/** The part of a line around what was found. */

const lineFeed = 0x0a;
const before = 60;
const after = 180;

/** `from` and `to` are where the match is in `bytes`; what is cut off is marked. */
export function excerptOf(bytes: Buffer, from: number, to: number): string {
  const feedBefore = bytes.subarray(0, from).lastIndexOf(lineFeed);
  const feedAfter = bytes.indexOf(lineFeed, to);
  const lineEnd = feedAfter === -1 ? bytes.length : feedAfter;
  const start = Math.max(feedBefore + 1, wholeFrom(bytes, from - before));
  const end = Math.min(lineEnd, wholeFrom(bytes, to + after));
  const text = bytes.subarray(start, end).toString('utf8').replace(/\r$/, '');
  return `${start > feedBefore + 1 ? '… ' : ''}${text}${end < lineEnd ? ' …' : ''}`;
}

/** The next byte from `at` on that begins a character. */
function wholeFrom(bytes: Buffer, at: number): number {
  let whole = Math.max(0, at);
  while (((bytes[whole] ?? 0) & 0xc0) === 0x80) whole += 1;
  return whole;
}
