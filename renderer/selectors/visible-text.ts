/** Characters that act instead of being seen, written so that they are seen. */

/** C0 (tabs stay), DEL and C1 controls; marks and overrides that reorder text; line and paragraph separators. */
const acting = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** C0 and DEL in the caret notation of terminals (`⟨^G⟩`), the others by their code point (`⟨U+202E⟩`). */
export function visible(text: string): string {
  return text.replace(acting, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20 || code === 0x7f) return `\u27e8^${String.fromCharCode(code ^ 0x40)}\u27e9`;
    return `\u27e8U+${code.toString(16).toUpperCase().padStart(4, '0')}\u27e9`;
  });
}

/** Of a text of several lines, each by itself. */
export const visibleLines = (text: string): string => text.split(/\r?\n/).map(visible).join('\n');
