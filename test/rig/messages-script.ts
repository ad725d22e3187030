/**
 * The scripted model: what it answers is written into the user's prompt as markers, carried out in order.
 *
 *   [[say:text]]  [[sleep:ms]]  [[bash:command]]  [[write:path:text]]  [[tool:Name:{"json":"input"}]]
 *   [[tokens:in:out:cache_read:cache_write]]  [[error:status:times:retry_after_s]]  [[hang]]  [[cut]]
 *
 * A marker ends where its brackets balance, so it may hold JSON, newlines and whole scripts for a child. A tool call ends
 * a turn; the next turn begins with the marker after it. `{{result}}` and `{{result.field}}` come from the last tool
 * result, `{{report_file}}` and `{{agent_id}}` from the agent's instructions in the system prompt.
 */

export interface StubUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_input_tokens: number;
}

export type Step =
  | { readonly do: 'say'; readonly text: string }
  | { readonly do: 'sleep'; readonly ms: number }
  | { readonly do: 'tool'; readonly name: string; readonly input: (fill: Fill) => unknown }
  | { readonly do: 'tokens'; readonly usage: StubUsage }
  | { readonly do: 'error'; readonly status: number; readonly times: number; readonly retryAfter: string | null }
  | { readonly do: 'hang' }
  | { readonly do: 'cut' };

/** Puts the values into a text's `{{...}}` places. */
export type Fill = (text: string) => string;

/** The steps of every turn in order; the last turn has no tool call. Throws a sentence that names a wrong marker. */
export function parseScript(prompt: string): Step[][] {
  const turns: Step[][] = [[]];
  for (const marker of markersIn(prompt)) {
    const step = parseStep(marker);
    turns.at(-1)?.push(step);
    if (step.do === 'tool') turns.push([]);
  }
  return turns;
}

export const hasMarkers = (text: string): boolean => markerStart.test(text);

const markerStart = /\[\[[a-z]+(?=[:\]])/;

/** The text between `[[` and the `]]` that balances it, for every outermost marker. */
function markersIn(prompt: string): string[] {
  const markers: string[] = [];
  let rest = prompt;
  for (let at = rest.search(markerStart); at >= 0; at = rest.search(markerStart)) {
    const length = balancedLength(rest.slice(at));
    if (length === null) throw new Error(`the marker ${rest.slice(at, at + 40)} is never closed`);
    markers.push(rest.slice(at + 2, at + length - 2));
    rest = rest.slice(at + length);
  }
  return markers;
}

function balancedLength(text: string): number | null {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (text[index] === '[') depth += 1;
    if (text[index] === ']') depth -= 1;
    if (depth === 0) return index + 1;
  }
  return null;
}

function parseStep(marker: string): Step {
  const [name, rest] = cutAt(marker, ':');
  switch (name) {
    case 'say':
      return { do: 'say', text: rest };
    case 'sleep':
      return { do: 'sleep', ms: wholeNumber(rest, marker) };
    case 'bash':
      return { do: 'tool', name: 'Bash', input: (fill) => ({ command: fill(rest), description: 'scripted' }) };
    case 'write': {
      const [file, text] = cutAt(rest, ':');
      return { do: 'tool', name: 'Write', input: (fill) => ({ file_path: fill(file), content: fill(text) }) };
    }
    case 'tool': {
      const [tool, json] = cutAt(rest, ':');
      return { do: 'tool', name: tool, input: (fill) => JSON.parse(fill(json)) as unknown };
    }
    case 'tokens':
      return { do: 'tokens', usage: parseUsage(rest, marker) };
    case 'error':
      return parseError(rest, marker);
    case 'hang':
    case 'cut':
      return { do: name };
    default:
      throw new Error(
        `the marker [[${name}...]] is unknown; known are say, sleep, bash, write, tool, tokens, error, hang, cut`,
      );
  }
}

function parseUsage(rest: string, marker: string): StubUsage {
  const counts = rest.split(':').map((count) => wholeNumber(count, marker));
  return {
    input_tokens: counts[0] ?? 0,
    output_tokens: counts[1] ?? 0,
    cache_read_input_tokens: counts[2] ?? 0,
    cache_creation_input_tokens: counts[3] ?? 0,
  };
}

function parseError(rest: string, marker: string): Step {
  const [status, times, retryAfter] = rest.split(':');
  return {
    do: 'error',
    status: wholeNumber(status ?? '', marker),
    times: times ? wholeNumber(times, marker) : Number.POSITIVE_INFINITY,
    retryAfter: retryAfter ?? null,
  };
}

function cutAt(text: string, separator: string): [before: string, after: string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function wholeNumber(text: string, marker: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`the marker [[${marker}]] needs a whole number, given "${text}"`);
  return Number(text);
}
