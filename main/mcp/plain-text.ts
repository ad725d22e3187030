/** What agents wrote, made harmless for whoever reads a tool's result: text, line ends and tabs, nothing that controls. */

/** Titles, links and other texts for the terminal, to their end; colours, movements and modes; two-letter orders. */
const sequences =
  /(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]{0,2048}(?:\u0007|\u001b\\|\u009c)|(?:\u001b\[|\u009b)[0-?]{0,64}[ -/]{0,8}[@-~]|\u001b[ -/]{0,8}[0-Z^-~]/g;
const control = /(?![\n\t])\p{Cc}/gu;

/** Complete control sequences (colours, titles, links) go; every other control character is shown as its picture. */
export const plainText = (text: string): string =>
  text.replaceAll('\r\n', '\n').replace(sequences, '').replace(control, picture);

/** U+2400 to U+241F picture the C0 controls; the C1 controls have none and look like what is unreadable. */
function picture(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}

/** The same for every text inside a value. */
export function plainValue<T>(value: T): T {
  if (typeof value === 'string') return plainText(value) as T;
  if (Array.isArray(value)) return value.map(plainValue) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainValue(inner)])) as T;
}
