import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createClaudeOutputReader } from '../../../main/coordinator/runtimes/claude-output.ts';
import type { OutputReader } from '../../../main/coordinator/runtimes/runtime.ts';
import { usageSchema } from '../../../protocol/agent.ts';

function read(...lines: readonly unknown[]): OutputReader {
  const reader = createClaudeOutputReader();
  for (const line of lines) reader.line(typeof line === 'string' ? line : JSON.stringify(line));
  return reader;
}

const init = { type: 'system', subtype: 'init', session_id: 's1', tools: ['Bash'] };

const assistant = (id: string, block: object, usage: object = {}) => ({
  type: 'assistant',
  message: { id, model: 'claude-sonnet-5', content: [block], usage },
  session_id: 's1',
});
const resultSchema = z.strictObject({ isError: z.boolean(), summary: z.string().regex(/^[^\n]{1,300}$/u) }).nullable();

const text = { type: 'text', text: 'hello' };
const bash = { type: 'tool_use', id: 't1', name: 'Bash', input: {} };

const result = (fields: object = {}) => ({
  type: 'result',
  subtype: 'success',
  is_error: false,
  result: 'final text',
  session_id: 's1',
  total_cost_usd: 0.5,
  modelUsage: { a: { inputTokens: 100, outputTokens: 10, cacheReadInputTokens: 5, cacheCreationInputTokens: 1 } },
  ...fields,
});
const resultTokens = { input: 100, output: 10, cache_read: 5, cache_write: 1 };

describe('the output of Claude Code', () => {
  test('nothing is known before it is told', () => {
    const reader = read('', 'warning: some text', '{"type":"unheard_of"}', '[1]', '{broken');
    expect(reader.usage()).toEqual({ session_id: null, tokens: null, cost_usd: null, activity: null });
    expect(reader.result()).toBeNull();
  });

  test('the result states tokens of all models, cost and how it ended', () => {
    const side = { inputTokens: 7, outputTokens: 3, cacheReadInputTokens: 0, cacheCreationInputTokens: 0 };
    const reader = read(init, result({ modelUsage: { ...result().modelUsage, haiku: side } }));
    expect(reader.usage()).toEqual({
      session_id: 's1',
      tokens: { input: 107, output: 13, cache_read: 5, cache_write: 1 },
      cost_usd: 0.5,
      activity: null,
    });
    expect(reader.result()).toEqual({ isError: false, summary: 'final text' });
  });

  test('before the result each message counts once, however many lines it has', () => {
    const usage = { input_tokens: 100, cache_creation_input_tokens: 2, cache_read_input_tokens: 30, output_tokens: 1 };
    const reader = read(init, assistant('m1', text, usage), assistant('m1', bash, usage), assistant('m2', text, usage));
    expect(reader.usage().tokens).toEqual({ input: 200, output: 2, cache_read: 60, cache_write: 4 });
    expect(reader.usage().cost_usd).toBeNull();
  });

  test('messages of a long run are summed without being kept', () => {
    const lines = Array.from({ length: 1000 }, (_, index) =>
      assistant(`m${index}`, text, { input_tokens: 1, output_tokens: 1 }),
    );
    expect(read(...lines).usage().tokens).toMatchObject({ input: 1000, output: 1000 });
  });

  test('a second turn adds to the first result until its own result replaces both', () => {
    const reader = read(init, assistant('m1', text, { input_tokens: 100, output_tokens: 1 }), result(), init);
    reader.line(JSON.stringify(assistant('m2', text, { input_tokens: 50, output_tokens: 1 })));
    expect(reader.usage().tokens).toEqual({ ...resultTokens, input: 150, output: 11 });
    reader.line(JSON.stringify(result({ result: 'second', total_cost_usd: 0.75 })));
    expect(reader.usage()).toMatchObject({ tokens: resultTokens, cost_usd: 0.75 });
    expect(reader.result()?.summary).toBe('second');
  });

  test('an error of the API is an error although its subtype is success', () => {
    const reader = read(init, result({ is_error: true, result: 'API Error: 400 bad\nrequest', api_error_status: 400 }));
    expect(reader.result()).toEqual({ isError: true, summary: 'API Error: 400 bad request' });
  });

  test('a result without text says its errors, or its subtype', () => {
    const limit = { type: 'result', subtype: 'error_max_turns', is_error: true };
    expect(read({ ...limit, errors: ['Reached maximum number of turns (2)'] }).result()).toEqual({
      isError: true,
      summary: 'Reached maximum number of turns (2)',
    });
    expect(read(limit).result()?.summary).toBe('error_max_turns');
    const diagnostics = { errors: ['[ede_diagnostic] result_type=user'], terminal_reason: 'aborted_tools' };
    expect(read({ ...limit, ...diagnostics }).result()?.summary).toBe('interrupted while a tool ran');
    expect(read({ type: 'result', subtype: 'error_during_execution' }).result()?.isError).toBe(true);
  });

  test('an interruption is told even where no result line follows, and a later result wins', () => {
    const interrupted = (said: string, more: object = {}): object => ({
      type: 'user',
      message: { role: 'user', content: [{ type: 'text', text: said }] },
      parent_tool_use_id: null,
      ...more,
    });
    const inTool = interrupted('[Request interrupted by user for tool use]');
    expect(read(init, inTool).result()).toEqual({ isError: true, summary: 'interrupted while a tool ran' });
    expect(read(init, interrupted('[Request interrupted by user]')).result()).toEqual({
      isError: true,
      summary: 'interrupted while the model answered',
    });
    expect(read(init, inTool, result({ result: 'went on' })).result()).toEqual({ isError: false, summary: 'went on' });
    expect(read(init, interrupted('a word about [Request interrupted by user]')).result()).toBeNull();
    const ofSubAgent = interrupted('[Request interrupted by user]', { parent_tool_use_id: 'toolu_1' });
    expect(read(init, ofSubAgent).result()).toBeNull();
    const ofTool = { type: 'tool_result', content: '[Request interrupted by user]' };
    expect(read(init, { type: 'user', message: { content: [ofTool] } }).result()).toBeNull();
  });

  test('messages that the program made up itself cost nothing', () => {
    const made = {
      type: 'assistant',
      message: { id: 'x', model: '<synthetic>', content: [text], usage: { input_tokens: 9 } },
    };
    expect(read(made).usage().tokens).toBeNull();
  });

  test.each([
    ['a tool', assistant('m', bash), 'tool: Bash'],
    [
      'a tool with a strange name',
      assistant('m', { type: 'tool_use', name: 'a\u001b[31m\nb\u202Ec' }),
      'tool: a [31m b c',
    ],
    ['an answer', assistant('m', text), 'writing'],
    ['thought', { type: 'system', subtype: 'thinking_tokens', estimated_tokens: 2 }, 'thinking'],
    ['a tool result', { type: 'user', message: { content: [] } }, 'thinking'],
    ['compaction', { type: 'system', subtype: 'compact_boundary' }, 'compacting its memory'],
    [
      'a retry',
      { type: 'system', subtype: 'api_retry', attempt: 1, max_retries: 10, error: 'server_error' },
      'waiting after server_error (try 1 of 10)',
    ],
    [
      'a refused login',
      { type: 'system', subtype: 'api_retry', attempt: 2, max_retries: 10, error: 'authentication_failed' },
      'login refused (authentication_failed), trying again (try 2 of 10)',
    ],
    [
      'a used-up window',
      { type: 'rate_limit_event', rate_limit_info: { status: 'rejected', resetsAt: 1795493049 } },
      'rate-limited until 2026-11-24T04:04:09Z',
    ],
    [
      'a used-up window without an end',
      { type: 'rate_limit_event', rate_limit_info: { status: 'rejected', resetsAt: 1e14 } },
      'rate-limited',
    ],
    ['a warning of the limit', { type: 'rate_limit_event', rate_limit_info: { status: 'allowed_warning' } }, null],
    ['a hook', { type: 'system', subtype: 'hook_started' }, null],
  ])('%s is told as its activity', (_, line, activity) => {
    expect(read(line).usage().activity).toBe(activity);
  });

  test('numbers that cannot be are left out', () => {
    const broken = { a: { inputTokens: -1, outputTokens: 'x', cacheReadInputTokens: 1e300 }, b: null, c: 'x' };
    const reader = read(result({ modelUsage: broken, total_cost_usd: -5 }));
    expect(reader.usage()).toMatchObject({
      tokens: { input: 0, output: 0, cache_read: 0, cache_write: 0 },
      cost_usd: null,
    });
  });

  test('nothing that can be printed breaks it, and what it tells is always of the promised shape', () => {
    const types = fc.constantFrom(
      'system',
      'assistant',
      'user',
      'result',
      'rate_limit_event',
      'stream_event',
      '__proto__',
    );
    const subtypes = fc.constantFrom('init', 'api_retry', 'success', 'thinking_tokens', 'compact_boundary');
    const any = fc.jsonValue({ maxDepth: 4 });
    const message = fc.record(
      { id: any, model: any, usage: fc.oneof(any, fc.dictionary(fc.string(), any)), content: any },
      { requiredKeys: [] },
    );
    const event = fc.record(
      {
        type: types,
        subtype: fc.oneof(subtypes, any),
        message: fc.oneof(message, any),
        rate_limit_info: fc.oneof(fc.record({ status: fc.constant('rejected'), resetsAt: any }), any),
        modelUsage: fc.oneof(fc.dictionary(fc.string(), fc.record({ inputTokens: any, outputTokens: any })), any),
        session_id: any,
        is_error: any,
        errors: any,
        result: any,
        total_cost_usd: any,
        attempt: any,
        error: any,
      },
      { requiredKeys: ['type'] },
    );
    const line = fc.oneof(
      event.map((value) => JSON.stringify(value)),
      any.map((value) => JSON.stringify(value)),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const reader = read(...lines);
        usageSchema.parse(reader.usage());
        resultSchema.parse(reader.result());
        expect(reader.usage().activity ?? '').toMatch(/^[^\n]{0,120}$/u);
      }),
      { numRuns: 300 },
    );
  });
});
