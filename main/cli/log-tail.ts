/** The last lines of a log that may be of any size, read from its end. */
import type { ClientResult } from '../../clients/typescript/client.ts';
import type { LogPiece, LogRange } from '../../clients/typescript/log-range.ts';

const firstStep = 64 * 1024;
/** Lines of hundreds of megabytes exist; this much is read for one screen of lines, and no more. */
const mostBytes = 32 * 1024 * 1024;
const lineFeed = 10;

/** Reads one agent's log. */
export type Read = (range: LogRange) => Promise<ClientResult<LogPiece>>;

/** The piece of the log that holds its last `lines` lines. A last line without a line break counts as one. */
export async function readTail(read: Read, lines: number): Promise<ClientResult<LogPiece>> {
  const last = await read({ lastBytes: lines === 0 ? 1 : firstStep });
  if (!last.ok) return last;
  const { end, total } = last.value;
  if (lines === 0) return { ok: true, value: { bytes: new Uint8Array(), start: end, end, total } };
  const pieces = [last.value];
  for (let step = firstStep * 4; ; step *= 4) {
    const bytes = join(pieces);
    const start = pieces[0]?.start ?? 0;
    const from = startOfLines(bytes, lines);
    if (from !== null) return { ok: true, value: { bytes: bytes.slice(from), start: start + from, end, total } };
    if (start === 0 || bytes.length >= mostBytes) return { ok: true, value: { bytes, start, end, total } };
    const before = await read({ start: Math.max(0, start - step), end: start });
    if (!before.ok) return before;
    pieces.unshift(before.value);
  }
}

/** Where the last `lines` lines begin; null when there are fewer line breaks than that. */
function startOfLines(bytes: Uint8Array, lines: number): number | null {
  let at = bytes.at(-1) === lineFeed ? bytes.length - 1 : bytes.length;
  for (let count = 0; count < lines; count++) {
    if (at === 0) return null;
    at = bytes.lastIndexOf(lineFeed, at - 1);
    if (at === -1) return null;
  }
  return at + 1;
}

function join(pieces: readonly LogPiece[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let at = 0;
  for (const { bytes } of pieces) {
    all.set(bytes, at);
    at += bytes.length;
  }
  return all;
}
