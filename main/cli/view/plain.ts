/** Text of others (names, reasons, messages) on one line, unable to steer a terminal. */

/** Line breaks become spaces; other control characters, C1 included, and direction overrides become `?`. */
export function plain(text: string): string {
  return text
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/\t/g, ' ')
    .replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, '?');
}

/** At most `width` characters, an ellipsis in place of the rest. */
export function shorten(text: string, width: number): string {
  const letters = [...text];
  return letters.length <= width ? text : `${letters.slice(0, Math.max(0, width - 1)).join('')}…`;
}
