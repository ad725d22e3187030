/**
 * Reads what `claude -p --output-format stream-json` prints. One run may hold several `init` and `result` lines: what a
 * background task ends wakes the model again. The last result counts; its `modelUsage` and cost are totals of the process.
 */
import type { Tokens, Usage } from '../../../protocol/agent.ts';
import { activityOf } from './claude-activity.ts';
import { type Json, numberIn, recordIn, stringIn, toRecord } from './json-fields.ts';
import type { OutputReader, RuntimeResult } from './runtime.ts';
import { oneLine } from './text.ts';

const noTokens: Tokens = { input: 0, output: 0, cache_read: 0, cache_write: 0 };

/** Messages whose lines may still come mixed with others'. Older ones are only a sum, so that memory stays bounded. */
const openMessages = 64;

export function createClaudeOutputReader(): OutputReader {
  let sessionId: string | null = null;
  let activity: string | null = null;
  let costUsd: number | null = null;
  let result: RuntimeResult | null = null;
  let totals: Tokens | null = null;
  let sinceTotals = createMessageTokens();
  let toolCalls = 0;

  const readResult = (line: Json): void => {
    result = { isError: isError(line), summary: summaryOf(line) };
    costUsd = numberIn(line, 'total_cost_usd') ?? costUsd;
    const usage = recordIn(line, 'modelUsage');
    if (usage === null) return;
    totals = tokensOfModels(usage);
    sinceTotals = createMessageTokens();
  };

  return {
    isTelling: true,
    line(text) {
      const line = parseLine(text);
      if (line === null) return;
      sessionId = stringIn(line, 'session_id') ?? sessionId;
      const told = activityOf(line);
      if (told !== undefined) activity = told;
      if (line['type'] === 'assistant') {
        sinceTotals.add(recordIn(line, 'message'));
        toolCalls += toolCallsIn(recordIn(line, 'message'));
      }
      result = interruptionIn(line) ?? result;
      if (line['type'] === 'result') readResult(line);
    },
    usage(): Usage {
      const since = sinceTotals.sum();
      const tokens = totals === null ? since : plus(totals, since ?? noTokens);
      return { session_id: sessionId, tokens, cost_usd: costUsd, activity };
    },
    result: () => result,
    toolCalls: () => toolCalls,
  };
}

/** Those of tools that run at the server (web search) included. */
function toolCallsIn(message: Json | null): number {
  const content = message?.['content'];
  if (!Array.isArray(content)) return 0;
  return content.filter((block) => stringIn(toRecord(block) ?? {}, 'type')?.endsWith('tool_use') === true).length;
}

function parseLine(text: string): Json | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) return null;
  try {
    return toRecord(JSON.parse(trimmed));
  } catch {
    return null; // Standard error shares the log: text that looks like JSON is not ours to judge.
  }
}

/** `subtype` is "success" for a failed request to the model too; only `is_error` tells. */
function isError(line: Json): boolean {
  const stated = line['is_error'];
  return typeof stated === 'boolean' ? stated : line['subtype'] !== 'success';
}

/** An interrupted run says so in `terminal_reason` only; its `errors` hold notes for the makers of the program. */
const interruptions: Readonly<Record<string, string>> = {
  aborted_tools: 'interrupted while a tool ran',
  aborted_streaming: 'interrupted while the model answered',
};

/**
 * What an interrupted run notes in its own conversation. Rarely it is the last line: the program then ends with exit code
 * 0 and without a result line (seen once in 60 runs of 2.1.330), which must not pass for work done.
 */
const interruptionNotes: Readonly<Record<string, string>> = {
  '[Request interrupted by user for tool use]': interruptions['aborted_tools'] ?? '',
  '[Request interrupted by user]': interruptions['aborted_streaming'] ?? '',
};

function interruptionIn(line: Json): RuntimeResult | null {
  const isOfSubAgent = typeof line['parent_tool_use_id'] === 'string';
  if (line['type'] !== 'user' || isOfSubAgent) return null;
  const content = recordIn(line, 'message')?.['content'];
  const texts = Array.isArray(content) ? content.map((block) => stringIn(toRecord(block) ?? {}, 'text') ?? '') : [];
  const note = texts.find((text) => Object.hasOwn(interruptionNotes, text));
  return note === undefined ? null : { isError: true, summary: interruptionNotes[note] ?? note };
}

function summaryOf(line: Json): string {
  const reason = stringIn(line, 'terminal_reason') ?? '';
  if (Object.hasOwn(interruptions, reason)) return interruptions[reason] ?? reason;
  const errors = Array.isArray(line['errors']) ? line['errors'].filter((error) => typeof error === 'string') : [];
  const said = stringIn(line, 'result') ?? errors.join('; ');
  return oneLine(said, 300) || oneLine(stringIn(line, 'subtype') ?? '', 300) || 'ended without a word';
}

/** Per model, sub-agents and side calls included. */
function tokensOfModels(usage: Json): Tokens {
  return Object.values(usage).reduce<Tokens>((sum, value) => {
    const model = toRecord(value);
    if (model === null) return sum;
    return plus(sum, {
      input: numberIn(model, 'inputTokens') ?? 0,
      output: numberIn(model, 'outputTokens') ?? 0,
      cache_read: numberIn(model, 'cacheReadInputTokens') ?? 0,
      cache_write: numberIn(model, 'cacheCreationInputTokens') ?? 0,
    });
  }, noTokens);
}

/**
 * A floor until the result line comes: a message is split into one line for each content block, all with the same id and
 * with the usage of its start, so its output is barely counted.
 */
function createMessageTokens() {
  const open = new Map<string, Tokens>();
  let folded: Tokens | null = null;
  return {
    add(message: Json | null): void {
      const id = message && stringIn(message, 'id');
      const usage = message && recordIn(message, 'usage');
      if (!id || !usage || message['model'] === '<synthetic>') return;
      open.set(id, tokensOfMessage(usage));
      const oldest = open.entries().next().value;
      if (open.size <= openMessages || oldest === undefined) return;
      open.delete(oldest[0]);
      folded = plus(folded ?? noTokens, oldest[1]);
    },
    sum(): Tokens | null {
      if (open.size === 0) return folded;
      return [...open.values()].reduce(plus, folded ?? noTokens);
    },
  };
}

const tokensOfMessage = (usage: Json): Tokens => ({
  input: numberIn(usage, 'input_tokens') ?? 0,
  output: numberIn(usage, 'output_tokens') ?? 0,
  cache_read: numberIn(usage, 'cache_read_input_tokens') ?? 0,
  cache_write: numberIn(usage, 'cache_creation_input_tokens') ?? 0,
});

const plus = (a: Tokens, b: Tokens): Tokens => ({
  input: a.input + b.input,
  output: a.output + b.output,
  cache_read: a.cache_read + b.cache_read,
  cache_write: a.cache_write + b.cache_write,
});
