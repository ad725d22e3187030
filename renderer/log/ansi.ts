/**
 * One line of terminal output as runs of text with class names. Colours and emphasis are kept; every other escape
 * sequence is dropped; control characters that remain are made visible, so that no log can disguise what it says.
 */
import { applySgr, type ExactColours, exactColours, plainStyle, sgrClasses, type SgrState } from './sgr.ts';
import { visible } from '../selectors/visible-text.ts';

export interface Segment {
  readonly text: string;
  /** Space-separated class names; '' for plain text. */
  readonly classes: string;
  /** Absent: the classes say all. */
  readonly colours?: ExactColours;
}

/**
 * In order: CSI (with private and intermediate bytes), the string sequences OSC/DCS/APC/PM/SOS up to their end or the end
 * of the line, two-byte escapes with intermediates. A lone ESC matches none and is made visible.
 */
const escape =
  /\u001b(?:\[([0-?]*)[ -/]*([@-~])|[\]PX^_](?:[^\u0007\u001b]|\u001b(?!\\))*(?:\u0007|\u001b\\)?|[ -/]*[0-Z\\-~])/g;

/** `state` is how the line before ended; the answer's `state` is how this one does. */
export function parseAnsi(
  text: string,
  state: SgrState = plainStyle,
): { segments: readonly Segment[]; state: SgrState } {
  const segments: Segment[] = [];
  let style = state;
  let from = 0;
  for (const match of text.matchAll(escape)) {
    pushSegment(segments, text.slice(from, match.index), style);
    from = match.index + match[0].length;
    const [, parameters, final] = match;
    if (final === 'm' && parameters !== undefined && /^[0-9;:]*$/.test(parameters)) style = applySgr(style, parameters);
  }
  pushSegment(segments, text.slice(from), style);
  return { segments, state: style };
}

function pushSegment(segments: Segment[], raw: string, style: SgrState): void {
  const text = visible(raw);
  if (text === '') return;
  const classes = sgrClasses(style);
  const colours = exactColours(style);
  const last = segments.at(-1);
  if (colours !== null) segments.push({ text, classes, colours });
  else if (last?.classes === classes) segments[segments.length - 1] = { text: last.text + text, classes };
  else segments.push({ text, classes });
}

/** Only the style a line ends with: most lines have no escapes, and then nothing is looked at. */
export function styleAfter(text: string, state: SgrState): SgrState {
  return text.includes('\u001b') ? parseAnsi(text, state).state : state;
}
