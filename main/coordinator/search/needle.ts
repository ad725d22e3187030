/** What is looked for, as an expression over bytes read as Latin-1: its places are byte offsets whatever a log holds. */

/** Capitals do not count. Never sticky: use it with `matchAll` or set `lastIndex`. */
export function needleOf(text: string): RegExp {
  const source = [...text].map(anyCase).join('');
  return new RegExp(source, 'g');
}

/** One character in any case, in its UTF-8 bytes. */
function anyCase(character: string): string {
  const forms = [...new Set([character, character.toLowerCase(), character.toUpperCase()])];
  const isAscii = forms.every((form) => /^[\u0000-\u007f]$/.test(form));
  return isAscii ? `[${forms.map(bytesOf).join('')}]` : `(?:${forms.map(bytesOf).join('|')})`;
}

const bytesOf = (character: string): string =>
  [...Buffer.from(character, 'utf8')].map((byte) => String.raw`\x${byte.toString(16).padStart(2, '0')}`).join('');

/** More than a form of the text can have: other cases of a character may be longer than itself. */
export const longestBytes = (text: string): number => text.length * 8;
