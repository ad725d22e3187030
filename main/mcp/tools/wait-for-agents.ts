/** `wait_for_agents`: answers when agents have ended, with what the caller must know of them. */
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import {
  type InboxMessage,
  inboxMessageSchema,
  longestWaitSeconds,
  type WaitAnswer,
  waitRequestSchema,
} from '../../../protocol/waiting.ts';
import { brief, briefSchema, line, reportLine } from '../brief.ts';
import { optional } from '../input.ts';
import type { PortResult } from '../tool-port.ts';
import { type Arguments, ask, looks, type Tool, type ToolCall } from '../tool.ts';

/** Clients cut a call that is silent for 300 s, many after 60. Where no progress is heard, an answer comes before that. */
const usualSeconds = 240;
const usualSilentSeconds = 50;
const longestSilentSeconds = 240;
/** Asked again and again in pieces, so that no connection has to stay silent and a restart in between is outlived. */
const pieceSeconds = 20;
/** A coordinator that restarts is back within seconds; after this much absence it is not a restart. */
const absenceMs = 30_000;
const askAgainMs = 500;

const endedSchema = briefSchema.pick({
  agent_id: true,
  name: true,
  status: true,
  status_reason: true,
  exit_code: true,
  completion_report: true,
  completion_report_exists: true,
  report_problems: true,
});
const { agent_ids, parent_agent, mode } = waitRequestSchema.shape;

export const waitForAgents: Tool = {
  name: 'wait_for_agents',
  title: 'Wait for agents',
  description:
    'Waits until all (or with mode "any" the first) of the agents have ended. Call it with the agent_ids you deployed, or without any for all ' +
    'your children. Returns ended (status, reason, where the report is and what is wrong with it), pending (those that still live) and news ' +
    '(what else happened to your children since the last call). done is false when the time was over first: call it again with ' +
    'agent_ids = pending of this answer. Read the reports of what has ended.',
  input: z.object({
    agent_ids: optional(agent_ids, 'Whom to wait for. Leave out for all children of parent_agent.'),
    mode: optional(mode, '"all" (when left out) or "any": answer at the first that has ended.'),
    timeout: z
      .number()
      .min(0)
      .max(longestWaitSeconds)
      .optional()
      .describe('Seconds to wait at most; leave out for as long as your client surely takes. 0 only looks.'),
    parent_agent: optional(parent_agent, 'Leave out: yourself.'),
  }),
  output: z.object({
    done: z.boolean(),
    ended: z.array(endedSchema),
    pending: z.array(z.string()).describe('Give these as agent_ids to wait on.'),
    news: z.array(inboxMessageSchema).describe('Other children that ended or need you.'),
  }),
  hints: looks,
  async run(args, call) {
    await takeNote(args, call);
    const waited = await wait(args, call);
    if (!waited.ok) return waited;
    const { done, pending } = waited.value;
    const ended = waited.value.ended.map((record) => endedSchema.parse(record));
    const isTold = new Set(ended.map(({ agent_id }) => agent_id));
    const messages = await unread(args, call);
    const news = messages.filter(({ type, agent_id }) => type !== 'child_ended' || !isTold.has(agent_id));
    const text = [
      ...waited.value.ended.map(brief).map((agent) => `${line(agent)}; ${reportLine(agent)}`),
      ...news.map(({ agent_id, type, status, reason }) => `${type}: ${agent_id} ${status}: ${reason}`),
      pending.length === 0 ? 'Nothing is pending.' : `Pending: ${pending.join(', ')}`,
    ].join('\n');
    return { ok: true, text, content: { done, ended, pending, news } };
  },
};

async function wait(args: Arguments, call: ToolCall): Promise<PortResult<WaitAnswer>> {
  const given = args['timeout'] ?? (call.hearsProgress ? usualSeconds : usualSilentSeconds);
  // What is no number of seconds is for the schema to refuse.
  if (typeof given !== 'number' || !(given >= 0 && given <= longestWaitSeconds)) return answerOf(args, call, given);
  const seconds = call.hearsProgress ? given : Math.min(given, longestSilentSeconds);
  const deadline = performance.now() + seconds * 1000;
  let lastHeard = performance.now();
  for (;;) {
    const left = Math.max(0, (deadline - performance.now()) / 1000);
    const waited = await answerOf(args, call, Math.min(left, pieceSeconds));
    const isOver = call.signal.aborted || performance.now() >= deadline;
    if (waited.ok) {
      if (waited.value.done || isOver) return waited;
      lastHeard = performance.now();
      call.note(`waiting for ${waited.value.pending.join(', ')}`);
    } else {
      const isAway = waited.failure.code === 'UNREACHABLE' || waited.failure.code === 'STOPPING';
      if (!isAway || isOver || performance.now() - lastHeard > absenceMs) return waited;
      await pause(askAgainMs, undefined, { signal: call.signal }).catch(() => undefined); // Aborted: seen above.
    }
  }
}

async function answerOf(args: Arguments, call: ToolCall, timeout: unknown): Promise<PortResult<WaitAnswer>> {
  const waited = await ask(call, 'wait', { ...args, timeout });
  return waited.ok ? { ok: true, value: waited.value.answer } : waited;
}

const parentOf = (args: Arguments): string => (typeof args['parent_agent'] === 'string' ? args['parent_agent'] : '');

const inboxOf = (args: Arguments): Arguments => ({ agent_id: parentOf(args) === '' ? null : parentOf(args) });

/** Only a later call shows that the last answer arrived: until then its messages stay. */
async function takeNote(args: Arguments, call: ToolCall): Promise<void> {
  const parent = parentOf(args);
  const seq = call.told.sent(parent);
  if (seq === null) return;
  const noted = await ask(call, 'inbox', { ...inboxOf(args), acknowledge: seq, limit: 1 });
  if (noted.ok) call.told.forget(parent, seq);
}

/** A caller without children of its own (the operator, who names none) has no messages, and that is no failure. */
async function unread(args: Arguments, call: ToolCall): Promise<readonly InboxMessage[]> {
  const inbox = await ask(call, 'inbox', inboxOf(args));
  if (!inbox.ok) return [];
  const { messages } = inbox.value.answer;
  const last = messages.at(-1);
  if (last !== undefined) call.told.tell(parentOf(args), last.seq);
  return messages;
}
