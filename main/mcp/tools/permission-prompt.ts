/**
 * `permission_prompt`: Claude Code calls it where its permission mode would ask a person. Served only by
 * `ziggie mcp --approvals`, which outlives its coordinator: the same call is asked for again until it is decided.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Approval } from '../../../protocol/approvals.ts';
import { type Arguments, ask, type Tool, type ToolCall } from '../tool.ts';

/** Asked again and again in pieces, so that no connection stays silent and a restart in between is outlived. */
const pieceSeconds = 20;
const askAgainMs = 500;
/** Without any word of a coordinator for so long, and past the time until which it would decide, nobody will. */
const absenceMs = 10 * 60_000;

/** The coordinator is away or in trouble, which passes. */
const passing = new Set([
  'UNREACHABLE',
  'UNEXPECTED_ANSWER',
  'STOPPING',
  'STORAGE_UNAVAILABLE',
  'RATE_LIMITED',
  'REQUEST_TIMEOUT',
  'LIMIT_REACHED',
]);

export const permissionPrompt: Tool = {
  name: 'permission_prompt',
  title: 'Ask the operator',
  description: 'For the program that runs you, not for you: asks the operator whether a tool may be used.',
  input: z.object({
    tool_name: z.string(),
    input: z.record(z.string(), z.unknown()),
    tool_use_id: z.string().optional(),
  }),
  output: null,
  hints: { readOnlyHint: false, idempotentHint: true, openWorldHint: false },
  run: async (args, call) => ({ ok: true, exact: true, text: JSON.stringify(await decide(args, call)), content: {} }),
};

type Decision =
  | { readonly behavior: 'allow'; readonly updatedInput: unknown }
  | { readonly behavior: 'deny'; readonly message: string };

async function decide(args: Arguments, call: ToolCall): Promise<Decision> {
  const { tool_name, input = {}, tool_use_id = call.requestId } = args;
  let patientUntil = Date.now() + absenceMs;
  for (;;) {
    const asked = await ask(call, 'request_approval', { tool_use_id, tool_name, input, timeout: pieceSeconds });
    if (asked.ok) {
      const { answer } = asked.value;
      if (answer.status === 'allowed') return { behavior: 'allow', updatedInput: input };
      if (answer.status !== 'open') return { behavior: 'deny', message: denial(answer) };
      patientUntil = Math.max(Date.now(), Date.parse(answer.expires_at)) + absenceMs;
      call.note(`waiting for the operator to decide ${answer.approval_id}, until ${answer.expires_at}`);
    } else {
      const { code, message } = asked.failure;
      if (!passing.has(code) || Date.now() > patientUntil) return { behavior: 'deny', message: `${code}: ${message}` };
      call.note(`waiting for the coordinator (${code})`);
      await pause(askAgainMs, undefined, { signal: call.signal }).catch(() => undefined); // Aborted: seen below.
    }
    if (call.signal.aborted) return { behavior: 'deny', message: 'Nobody waits for the decision any more.' };
  }
}

function denial({ approval_id, status, decided }: Approval): string {
  const said = decided?.message ?? 'It counts as denied.';
  return status === 'denied'
    ? `The operator denied this (${approval_id}): ${said}`
    : `${approval_id} ${status}: ${said}`;
}
