/** From characters to bytes of a log and back. A text is what a decoder made of its bytes. */

/** Bytes that the characters [from, to) came from. A replaced one counts as the single byte that was none. */
export function bytesOf(text: string, from = 0, to = text.length): number {
  let bytes = 0;
  for (let at = from; at < to; at++) bytes += sizeAt(text, at);
  return bytes;
}

/** The character that a byte is in. */
export function characterAt(text: string, byte: number): number {
  let at = 0;
  for (let bytes = 0; at < text.length; at++) {
    bytes += sizeAt(text, at);
    if (bytes > byte) break;
  }
  return at;
}

/** Each half of a pair counts two bytes of its four. */
function sizeAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code < 0x80 || code === 0xfffd) return 1;
  return code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 2 : 3;
}

/**
 * Tells for each character of a text without its `gaps`, asked from the first to the last, before which byte of the whole text it
 * stands. The gaps are in order.
 */
export function bytesWithGaps(text: string, gaps: readonly RegExpExecArray[]): (character: number) => number {
  let [gap, at, seen, bytes] = [0, 0, 0, 0];
  const advance = (to: number): void => {
    bytes += bytesOf(text, at, to);
    at = to;
  };
  return (character) => {
    for (let next = gaps[gap]; next !== undefined && next.index <= at + character - seen; next = gaps[(gap += 1)]) {
      seen += next.index - at;
      advance(next.index + next[0].length);
    }
    const to = at + character - seen;
    seen = character;
    advance(to);
    return bytes;
  };
}
