/** Where UTF-8 may be cut without cutting a character in two. */

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** A character has four bytes at most, so at most three can belong to one that began or ends elsewhere. */
const mostMissing = 3;

/** How many bytes at the beginning belong to a character that began before. Bytes that are no UTF-8 count as characters. */
export function tailOfCharacter(bytes: Uint8Array): number {
  let count = 0;
  while (count < mostMissing && isContinuation(bytes[count])) count += 1;
  return isContinuation(bytes[count]) ? 0 : count;
}

/** How many bytes at the end are a character whose rest is still to come. */
export function headOfCharacter(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(mostMissing, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if (isContinuation(byte)) continue;
    return lengthOf(byte ?? 0) > back ? back : 0;
  }
  return 0;
}

/** Bytes of the character that begins so; 1 for what begins none. */
function lengthOf(first: number): number {
  if (first >= 0xf0 && first <= 0xf4) return 4;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xc2 && first < 0xe0 ? 2 : 1;
}
