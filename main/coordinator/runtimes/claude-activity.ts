/** What an agent is doing in a few words, from one line of its stream-json output. */
import { type Json, numberIn, recordIn, stringIn, toRecord } from './json-fields.ts';
import { oneLine } from './text.ts';

/** undefined: the line says nothing about it. null: it does nothing any more. */
export function activityOf(line: Json): string | null | undefined {
  switch (line['type']) {
    case 'assistant':
      return assistantActivity(recordIn(line, 'message'));
    case 'user':
      return 'thinking'; // A tool's result went to the model.
    case 'system':
      return systemActivity(line);
    case 'rate_limit_event':
      return rateLimitActivity(recordIn(line, 'rate_limit_info'));
    case 'result':
      return null;
    default:
      return undefined;
  }
}

function assistantActivity(message: Json | null): string | undefined {
  const blocks = Array.isArray(message?.['content']) ? message['content'] : [];
  const block = toRecord(blocks.at(-1));
  if (block === null) return undefined;
  if (block['type'] === 'tool_use') return `tool: ${oneLine(stringIn(block, 'name') ?? 'unnamed', 60)}`;
  if (block['type'] === 'text') return 'writing';
  return block['type'] === 'thinking' ? 'thinking' : undefined;
}

function systemActivity(line: Json): string | undefined {
  if (line['subtype'] === 'init' || line['subtype'] === 'thinking_tokens') return 'thinking';
  if (line['subtype'] === 'compact_boundary') return 'compacting its memory';
  return line['subtype'] === 'api_retry' ? retryActivity(line) : undefined;
}

/** A refused login is worth its own words: ten more tries will not help, a person will. */
function retryActivity(line: Json): string {
  const error = oneLine(stringIn(line, 'error') ?? 'an error', 60);
  const attempt = numberIn(line, 'attempt');
  const most = numberIn(line, 'max_retries');
  const count = attempt === null || most === null ? '' : ` (try ${attempt} of ${most})`;
  if (error === 'authentication_failed') return `login refused (authentication_failed), trying again${count}`;
  return `waiting after ${error}${count}`;
}

function rateLimitActivity(info: Json | null): string | undefined {
  if (info === null || info['status'] !== 'rejected') return undefined;
  const resetsAt = numberIn(info, 'resetsAt');
  const until = resetsAt === null ? null : new Date(resetsAt * 1000);
  if (until === null || Number.isNaN(until.getTime())) return 'rate-limited';
  return `rate-limited until ${until.toISOString().replace('.000Z', 'Z')}`;
}
