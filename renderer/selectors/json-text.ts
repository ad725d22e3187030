/**
 * JSON as a person reads it: indented, in pieces by kind for colouring. The text is hostile: it is cut by one regular
 * expression without backtracking, and what acts on the text around it is written out.
 */
import { visible } from './visible-text.ts';

export interface JsonPiece {
  readonly kind: 'key' | 'string' | 'number' | 'word' | 'plain';
  readonly text: string;
}

/** Above this many pieces colour costs more than it helps: one plain piece. */
const mostPieces = 6000;

/** A string with the colon behind it, a number, one of the three words, or anything else. A cut string ends with the text. */
const piece = /("(?:[^"\\]|\\[^])*(?:"|\\?$))(\s*:)?|-?\d[\d.eE+-]*|true|false|null|[^"\d\-tfn]+|[^]/g;

/** Indented where it is whole; where its end was cut off, as it is. */
export function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text; // Only its beginning was kept.
  }
}

export function jsonPieces(text: string): readonly JsonPiece[] {
  const pieces: JsonPiece[] = [];
  for (const match of text.matchAll(piece)) {
    const [whole, quoted, colon] = match;
    if (quoted !== undefined) {
      pieces.push({ kind: colon === undefined ? 'string' : 'key', text: seen(quoted) });
      if (colon !== undefined) push(pieces, 'plain', colon);
    } else if (/^-?\d/.test(whole)) pieces.push({ kind: 'number', text: whole });
    else if (whole === 'true' || whole === 'false' || whole === 'null') pieces.push({ kind: 'word', text: whole });
    else push(pieces, 'plain', seen(whole));
    if (pieces.length > mostPieces) return [{ kind: 'plain', text: seen(text) }];
  }
  return pieces;
}

function push(pieces: JsonPiece[], kind: 'plain', text: string): void {
  const last = pieces.at(-1);
  if (last?.kind === kind) pieces[pieces.length - 1] = { kind, text: last.text + text };
  else pieces.push({ kind, text });
}

/** Line breaks of the layout stay, and an escaped one in a string is followed by a real one: a script is read by its lines. */
const seen = (text: string): string =>
  text
    .split('\n')
    .map(visible)
    .join('\n')
    .replace(/((?:^|[^\\])(?:\\\\)*\\n)(?!"?$)/g, '$1\n');
