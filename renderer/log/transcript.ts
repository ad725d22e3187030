/**
 * What a Claude Code run says in its log, line by line of its stream of JSON, as a reader wants it: said, thought, tool calls
 * with their results, what a turn used, and problems. A line that is nothing of this stays the line it is.
 */
import { dollars, duration, short } from '../selectors/format.ts';
import type { RawLine } from './log-lines.ts';

export interface TranscriptEntry {
  /** Unique and stable: the line's place in the log, and its place in the line. */
  readonly key: string;
  readonly offset: number;
  readonly kind: 'said' | 'thought' | 'tool' | 'result' | 'usage' | 'problem' | 'note' | 'raw';
  /** One line. */
  readonly title: string;
  /** The rest; null: the title says all. */
  readonly body: string | null;
  readonly isError: boolean;
}

/** A longer line is not taken apart. */
const mostOfLine = 2 * 1024 * 1024;
/** Lines that are looked at to tell whether a log is a transcript at all. */
const lookedAt = 40;

/** Whether it looks like one: most of its first lines are of the stream. */
export function isTranscript(lines: readonly RawLine[]): boolean {
  const whole = wholeLines(lines).slice(0, lookedAt);
  const known = whole.filter(({ text }) =>
    /^\{"type":"(?:system|assistant|user|result|stream_event|rate_limit_event)"/.test(text),
  );
  return known.length > 0 && known.length * 2 >= whole.length;
}

export const transcriptOf = (lines: readonly RawLine[]): readonly TranscriptEntry[] =>
  wholeLines(lines).flatMap(({ offset, text }) => entriesOf(offset, text));

/** Rows that go on from one another, as one line. */
function wholeLines(lines: readonly RawLine[]): readonly { readonly offset: number; readonly text: string }[] {
  const whole: { offset: number; parts: string[] }[] = [];
  for (const { offset, text, continued } of lines) {
    const last = whole.at(-1);
    if (continued && last !== undefined) last.parts.push(text);
    else whole.push({ offset, parts: [text] });
  }
  return whole.map(({ offset, parts }) => ({ offset, text: parts.join('') }));
}

type Json = Readonly<Record<string, unknown>>;
type Part = Omit<TranscriptEntry, 'key' | 'offset'>;

function entriesOf(offset: number, text: string): readonly TranscriptEntry[] {
  if (text.trim() === '') return [];
  const line = text.length > mostOfLine || !text.startsWith('{') ? null : parsed(text);
  const parts = line === null ? null : partsOf(line);
  const known = parts ?? [raw(text)];
  return known.map((part, at) => ({ ...part, offset, key: `${offset}.${at}` }));
}

function parsed(text: string): Json | null {
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return null; // Cut, or nothing of the kind.
  }
}

const raw = (text: string): Part => ({ kind: 'raw', title: text, body: null, isError: false });
const objectOf = (value: unknown): Json | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
/** Of a field that is a word or a number where the program keeps to its form. */
const word = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'unknown';
const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** null: it is a line of another kind. */
function partsOf(line: Json): readonly Part[] | null {
  switch (line['type']) {
    case 'assistant':
      return messageParts(line);
    case 'user':
      return messageParts(line);
    case 'system':
      return systemParts(line);
    case 'result':
      return resultParts(line);
    case 'rate_limit_event':
      return rateLimitParts(line);
    case 'stream_event':
      return []; // Pieces of what comes whole a moment later.
    default:
      return null;
  }
}

function messageParts(line: Json): readonly Part[] | null {
  const message = objectOf(line['message']);
  if (message === null) return null;
  const isError = line['error'] !== undefined && line['error'] !== null;
  const content = message['content'];
  if (typeof content === 'string') return [spoken(line['type'] === 'user' ? 'note' : 'said', content, isError)];
  return listOf(content).flatMap((one) => {
    const part = objectOf(one);
    return part === null ? [] : contentParts(part, isError);
  });
}

function contentParts(part: Json, isError: boolean): readonly Part[] {
  switch (part['type']) {
    case 'text':
      return [spoken(isError ? 'problem' : 'said', textOf(part['text']) ?? '', isError)];
    case 'thinking':
      return [{ kind: 'thought', title: 'Thought', body: textOf(part['thinking']), isError: false }];
    case 'redacted_thinking':
      return [{ kind: 'thought', title: 'Thought, not shown by the model', body: null, isError: false }];
    case 'tool_use':
      return [toolCall(textOf(part['name']) ?? 'a tool', objectOf(part['input']) ?? {})];
    case 'tool_result':
      return [toolResult(part)];
    default:
      return [
        {
          kind: 'note',
          title: `a part of type ${word(part['type'])}`,
          body: JSON.stringify(part, null, 2),
          isError: false,
        },
      ];
  }
}

const spoken = (kind: 'said' | 'problem' | 'note', text: string, isError: boolean): Part => ({
  kind,
  title: text,
  body: null,
  isError,
});

/** What a call is about stands in one of these. */
const tellingFields = [
  'command',
  'file_path',
  'path',
  'pattern',
  'query',
  'url',
  'prompt',
  'description',
  'name',
  'agent_id',
];

function toolCall(name: string, input: Json): Part {
  const field = tellingFields.find((one) => typeof input[one] === 'string');
  const about = field === undefined ? '' : `: ${firstLine(word(input[field]))}`;
  return { kind: 'tool', title: `${name}${about}`, body: JSON.stringify(input, null, 2), isError: false };
}

function toolResult(part: Json): Part {
  const content = part['content'];
  const text =
    typeof content === 'string'
      ? content
      : listOf(content)
          .map((one) => textOf(objectOf(one)?.['text']) ?? `[${word(objectOf(one)?.['type'])}]`)
          .join('\n');
  const isError = part['is_error'] === true;
  return { kind: 'result', title: isError ? 'Failed' : 'Result', body: text, isError };
}

const firstLine = (text: string): string => {
  const [line = ''] = text.split('\n');
  return line.length > 160 ? `${line.slice(0, 160)} …` : line;
};

function systemParts(line: Json): readonly Part[] | null {
  const note = (title: string, body: string | null = null): Part => ({ kind: 'note', title, body, isError: false });
  switch (line['subtype']) {
    case 'init': {
      const tools = listOf(line['tools']).filter((tool) => typeof tool === 'string');
      const servers = listOf(line['mcp_servers']).flatMap((one) => {
        const server = objectOf(one);
        return server === null ? [] : `${word(server['name'])}: ${word(server['status'])}`;
      });
      const title = `Session ${word(line['session_id'])} of ${word(line['model'])}`;
      return [note(title, `In ${word(line['cwd'])}\nTools: ${tools.join(', ')}\nMCP: ${servers.join(', ') || 'none'}`)];
    }
    case 'api_retry':
      return [
        problem(
          `The model's server answered ${word(line['error_status'])} (${word(line['error'])}): try ${word(line['attempt'])} of ${word(line['max_retries'])}`,
        ),
      ];
    case 'model_fallback':
      return [problem(`Went on with another model: ${word(line['trigger'])}`)];
    case 'task_started':
      return [note(`Began: ${word(line['description'])}`, textOf(line['prompt']))];
    case 'task_notification':
      return [note(`${word(line['status'])}: ${word(line['summary'])}`)];
    case 'thinking_tokens':
    case 'task_progress':
    case 'task_updated':
    case 'status':
      return [];
    default:
      return null;
  }
}

const problem = (title: string): Part => ({ kind: 'problem', title, body: null, isError: true });

function rateLimitParts(line: Json): readonly Part[] {
  const info = objectOf(line['rate_limit_info']);
  const resets = numberOf(info?.['resetsAt']);
  if (info?.['status'] === 'allowed') return [];
  const until = resets === null || Math.abs(resets) > 8e12 ? '' : ` until ${new Date(resets * 1000).toISOString()}`;
  return [problem(`Rate limit: ${word(info?.['status'])}${until}`)];
}

function resultParts(line: Json): readonly Part[] {
  const isError = line['is_error'] === true;
  const denied = listOf(line['permission_denials']).map((one) => `not allowed: ${word(objectOf(one)?.['tool_name'])}`);
  const errors = listOf(line['errors']).map(word);
  return [
    ...denied.map(problem),
    ...errors.map(problem),
    { kind: 'usage', title: usageWords(line), body: null, isError },
  ];
}

function usageWords(line: Json): string {
  const usage = objectOf(line['usage']);
  const [turns, ms, cost] = [
    numberOf(line['num_turns']),
    numberOf(line['duration_ms']),
    numberOf(line['total_cost_usd']),
  ];
  const [input, output] = [numberOf(usage?.['input_tokens']), numberOf(usage?.['output_tokens'])];
  const read = numberOf(usage?.['cache_read_input_tokens']);
  return [
    `End: ${word(line['subtype'])}`,
    turns === null ? '' : `${turns} ${turns === 1 ? 'turn' : 'turns'}`,
    ms === null ? '' : duration(ms / 1000),
    input === null ? '' : `${short(input)} tokens in`,
    read === null || read === 0 ? '' : `${short(read)} from the cache`,
    output === null ? '' : `${short(output)} out`,
    cost === null ? '' : dollars(cost),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}
