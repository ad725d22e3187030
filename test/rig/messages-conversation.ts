/** Reads a request to the Messages API as far as the scripted model needs it: where in its script it is, and what it knows. */
import { type Fill, hasMarkers, parseScript, type Step } from './messages-script.ts';

interface Block {
  readonly type: string;
  readonly name?: string;
  readonly text?: string;
  readonly content?: unknown;
}
export interface Message {
  readonly role: string;
  readonly content: string | readonly Block[];
}
export interface MessagesRequest {
  readonly model: string;
  readonly stream?: boolean;
  readonly system?: string | readonly Block[];
  readonly tools?: readonly { readonly name: string }[];
  readonly messages: readonly Message[];
}

export interface Turn {
  readonly steps: readonly Step[];
  readonly fill: Fill;
  /** Tells this place in this conversation from all others: the same again is a retry. */
  readonly key: string;
}

const noScript: readonly Step[] = [{ do: 'say', text: 'ok' }];

/**
 * The script is in the last thing the person said that holds markers; every tool call made since is a turn done. A request
 * without tools is a side call of the program (a title, a summary): it repeats the prompt and must not run the script.
 */
export function turnOf(request: MessagesRequest): Turn {
  const { messages } = request;
  const at = messages.findLastIndex((message) => message.role === 'user' && hasMarkers(saidBy(message)));
  const script = messages[at];
  const fill = fillFrom(request);
  if (script === undefined || (request.tools ?? []).length === 0) return { steps: noScript, fill, key: '' };
  const turns = parseScript(saidBy(script));
  const done = messages
    .slice(at + 1)
    .flatMap(blocksOf)
    .filter((block) => block.type === 'tool_use').length;
  const steps = turns[Math.min(done, turns.length - 1)] ?? [];
  return { steps, fill, key: JSON.stringify([saidBy(script), done]) };
}

const blocksOf = (message: Message): readonly Block[] =>
  typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : message.content;

const textOf = (content: string | readonly Block[] | undefined): string =>
  typeof content === 'string' ? content : (content ?? []).map((block) => block.text ?? '').join('\n');

/** Everything the person wrote in this message; reminders that the program adds are not theirs. */
export function saidBy(message: Message): string {
  const texts = blocksOf(message).filter(
    (block) => block.type === 'text' && !block.text?.startsWith('<system-reminder>'),
  );
  return texts.map((block) => block.text ?? '').join('\n');
}

function fillFrom(request: MessagesRequest): Fill {
  const system = textOf(request.system);
  const result = lastResult(request.messages);
  const values = (name: string): string | undefined => {
    if (name === 'report_file') return /`([^`\n]+_COMPLETION_REPORT\.md)`/.exec(system)?.[1];
    if (name === 'agent_id') return /Your agent id is `([^`]+)`/.exec(system)?.[1];
    if (name === 'result') return result;
    return name.startsWith('result.') ? fieldOf(result, name.slice('result.'.length)) : undefined;
  };
  return (text) =>
    text.replace(/\{\{([a-z_.0-9]+)\}\}/gi, (place, name: string) => {
      const value = values(name);
      if (value === undefined)
        throw new Error(`${place} has no value; the last tool result was: ${result.slice(0, 200)}`);
      return value;
    });
}

function lastResult(messages: readonly Message[]): string {
  const results = messages.flatMap(blocksOf).filter((block) => block.type === 'tool_result');
  const content = results.at(-1)?.content;
  // Reminders that the program adds behind a result are not the tool's.
  return textOf(content as string | readonly Block[] | undefined).replace(/\n+<system-reminder>[^]*$/, '');
}

function fieldOf(json: string, field: string): string | undefined {
  try {
    const value = field
      .split('.')
      .reduce<unknown>((holder, key) => (holder as Record<string, unknown> | undefined)?.[key], JSON.parse(json));
    return value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value);
  } catch {
    return undefined; // The result is plain text: it has no fields.
  }
}
