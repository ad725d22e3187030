/** Whether a text is drawn as Markdown. Reports come from agents: nested a hundred thousand deep, drawing them would take the page down. */
import { bytes } from './format.ts';

const mostCharacters = 200_000;
const mostInLine = 20_000;
/** Of quotes and lists in one another. */
const mostDepth = 24;
/** Signs that may open something, in all. */
const mostMarks = 20_000;

/** Why it is shown as plain text instead; null: it can be drawn. */
export function whyPlain(markdown: string): string | null {
  if (markdown.length > mostCharacters) return `It has ${bytes(markdown.length)}, more than is drawn.`;
  let marks = 0;
  for (const line of markdown.split('\n')) {
    if (line.length > mostInLine) return 'It has a line of more than 20,000 characters.';
    if (depthOf(line) > mostDepth) return `Its quotes and lists go deeper than ${mostDepth} levels.`;
    marks += line.match(/[[\]*_`<>~|!]/g)?.length ?? 0;
  }
  return marks > mostMarks ? 'It has more Markdown signs than are drawn.' : null;
}

/** Quotes and lists open before anything else in a line, four spaces being one level more. */
function depthOf(line: string): number {
  const head = /^(?:[\s>]|[-+*] |\d{1,9}[.)] )*/.exec(line)?.[0] ?? '';
  const opened = head.match(/>|[-+*] |\d+[.)] /g)?.length ?? 0;
  return opened + Math.floor((/^\s*/.exec(line)?.[0].length ?? 0) / 4);
}
