/** Text of a piece of a log that was cut anywhere in its bytes. */
import type { LogBytes } from './tool-port.ts';

export interface LogText {
  readonly text: string;
  /** Of the bytes that `text` was made of. */
  readonly start: number;
  readonly end: number;
}

/** A character that is cut at either side of the piece is left for the piece before or after. */
export function wholeCharacters({ bytes, start, end, total }: LogBytes): LogText {
  const from = start > 0 ? leadingContinuations(bytes) : 0;
  const cut = end < total ? unfinishedTail(bytes) : 0;
  // A piece of nothing but cut characters would never get on.
  const kept = from + cut < bytes.length ? bytes.subarray(from, bytes.length - cut) : bytes;
  const first = kept === bytes ? start : start + from;
  return { text: new TextDecoder().decode(kept), start: first, end: first + kept.length };
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

function leadingContinuations(bytes: Uint8Array): number {
  let count = 0;
  while (count < 3 && isContinuation(bytes[count])) count += 1;
  return isContinuation(bytes[count]) ? 0 : count;
}

/** How many bytes at the end begin a character that is not whole. */
function unfinishedTail(bytes: Uint8Array): number {
  for (let back = 1; back <= 3; back += 1) {
    const byte = bytes[bytes.length - back];
    if (byte === undefined || byte < 0x80) return 0;
    if (isContinuation(byte)) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}
