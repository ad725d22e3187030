/** What agents wrote, made harmless for whoever reads a tool's result: text, line ends and tabs, nothing that controls. */
import { stripVTControlCharacters } from 'node:util';

const control = /(?![\n\t])\p{Cc}/gu;

/** Complete control sequences (colours, titles, links) go; every other control character is shown as its picture. */
export const plainText = (text: string): string =>
  stripVTControlCharacters(text.replaceAll('\r\n', '\n')).replace(control, picture);

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
