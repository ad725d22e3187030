/** `read_agent_log`: a bounded piece of what an agent has written. */
import { z } from 'zod';
import { failureOf } from '../../../protocol/failures.ts';
import { agentIdSchema } from '../../../protocol/names.ts';
import { describe, invalid } from '../../../protocol/parse-request.ts';
import { wholeCharacters } from '../log-text.ts';
import { plainText } from '../plain-text.ts';
import { looks, type Tool } from '../tool.ts';

/** A few thousand tokens. More would push out what the model works on; clients also cut long results. */
const mostBytes = 16_384;
const usualBytes = 8192;

/** The only tool without an action of the wire: a log is bytes, and its address takes a range. */
const inputSchema = z.object({
  agent_id: agentIdSchema.describe('The agent: you, or one below you.'),
  offset: z
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER - mostBytes)
    .optional()
    .describe('First byte to read: `end` of the answer before reads on. Leave out for the end of the log.'),
  max_bytes: z
    .number()
    .int()
    .min(1)
    .max(mostBytes)
    .optional()
    .describe(`At most so many bytes; ${usualBytes} when left out, ${mostBytes} at most.`),
});

export const readAgentLog: Tool = {
  name: 'read_agent_log',
  title: "Read an agent's log",
  description:
    'What an agent has written to standard output and error: the last part, or from offset on. Colours and control characters are taken out. ' +
    'To follow it, call again with offset = end of the answer before; nothing new is an empty text. An agent that has not started has an empty log.',
  input: inputSchema,
  output: z.object({
    agent_id: z.string(),
    text: z.string(),
    start: z.number().int().describe('Byte where the text begins.'),
    end: z.number().int().describe('Byte after its last: the offset to read on from.'),
    total: z.number().int().describe('Bytes in the whole log.'),
  }),
  hints: looks,
  async run(args, { port, signal }) {
    const parsed = inputSchema.safeParse(args);
    if (!parsed.success) return invalid(parsed.error, args);
    const { agent_id, offset, max_bytes = usualBytes } = parsed.data;
    const wish = offset === undefined ? { lastBytes: max_bytes } : { start: offset, end: offset + max_bytes };
    const read = await port.readLog(agent_id, wish, signal);
    if (!read.ok) return read;
    const { total } = read.value;
    if (offset !== undefined && offset > total) {
      return {
        ok: false,
        failure: failureOf(
          'INVALID_REQUEST',
          `offset is ${describe(offset)}, but the log has ${total} bytes. Leave it out for the end of the log.`,
          { offset, total },
        ),
      };
    }
    const { text, start, end } = wholeCharacters(read.value);
    const clean = plainText(text);
    return { ok: true, text: clean, content: { agent_id, text: clean, start, end, total } };
  },
};
