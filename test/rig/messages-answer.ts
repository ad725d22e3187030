/** An answer of the Messages API in its two forms: one JSON document, and a stream of server-sent events. */
import { randomUUID } from 'node:crypto';
import type { StubUsage } from './messages-script.ts';

export type Content =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool_use'; readonly name: string; readonly input: unknown };

export interface Answer {
  readonly model: string;
  readonly content: readonly Content[];
  readonly usage: StubUsage;
}

const newId = (prefix: string): string => `${prefix}_stub${randomUUID().replaceAll('-', '').slice(0, 16)}`;

const stopReason = ({ content }: Answer): string => (content.at(-1)?.type === 'tool_use' ? 'tool_use' : 'end_turn');

export function answerMessage(answer: Answer) {
  return {
    id: newId('msg'),
    type: 'message',
    role: 'assistant',
    model: answer.model,
    content: answer.content.map((block) => (block.type === 'tool_use' ? { id: newId('toolu'), ...block } : block)),
    stop_reason: stopReason(answer),
    stop_sequence: null,
    usage: answer.usage,
  };
}

/** Each element is one event with its blank line. The start states one output token; the true count comes at the end. */
export function answerEvents(answer: Answer): string[] {
  const start = {
    ...answerMessage(answer),
    content: [],
    stop_reason: null,
    usage: { ...answer.usage, output_tokens: 1 },
  };
  return [
    sse('message_start', { message: start }),
    ...answer.content.flatMap((block, index) => blockEvents(block, index)),
    sse('message_delta', {
      delta: { stop_reason: stopReason(answer), stop_sequence: null },
      usage: { output_tokens: answer.usage.output_tokens },
    }),
    sse('message_stop', {}),
  ];
}

function blockEvents(block: Content, index: number): string[] {
  const [empty, delta] =
    block.type === 'text'
      ? [
          { type: 'text', text: '' },
          { type: 'text_delta', text: block.text },
        ]
      : [
          { type: 'tool_use', id: newId('toolu'), name: block.name, input: {} },
          { type: 'input_json_delta', partial_json: JSON.stringify(block.input) },
        ];
  return [
    sse('content_block_start', { index, content_block: empty }),
    sse('content_block_delta', { index, delta }),
    sse('content_block_stop', { index }),
  ];
}

const sse = (type: string, data: object): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
