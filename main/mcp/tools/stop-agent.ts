/** `stop_agent`: ends a branch. */
import { z } from 'zod';
import { stopRequestSchema } from '../../../protocol/verbs.ts';
import { briefSchema, line } from '../brief.ts';
import { optional, required } from '../input.ts';
import { ask, type Tool } from '../tool.ts';

const { agent_id, reason } = stopRequestSchema.shape;
/** What a stop needed and left besides what any agent tells. */
const stoppedSchema = briefSchema.extend({
  stop_steps: z.array(z.string()).describe('What it took, in order: SIGINT, SIGTERM, SIGKILL.'),
  survivors: z.array(z.number().int()).describe('Processes that outlived even the forced stop.'),
});

export const stopAgent: Tool = {
  name: 'stop_agent',
  title: 'Stop an agent',
  description:
    'Ends an agent and all agents below it, politely first and by force after a grace time, and answers when they are down. ' +
    'It cannot be undone; a queued agent is cancelled. Returns what was stopped, how, and what survived.',
  input: z.object({
    agent_id: required(agent_id, 'The agent: one below you. Yourself ends you, too.'),
    reason: optional(reason, 'Why, one line for people.'),
  }),
  output: z.object({
    agent_id: z.string(),
    status: z.string().describe('Of the agent itself, afterwards.'),
    stopped: z.array(stoppedSchema),
  }),
  hints: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  async run(args, call) {
    call.note('stopping');
    const done = await ask(call, 'stop', args);
    if (!done.ok) return done;
    const { agent_id: id, status, stopped } = done.value.answer;
    const all = stopped.map((record) => stoppedSchema.parse(record));
    const text = all.length === 0 ? `${id} is ${status}; nothing was left to stop.` : all.map(said).join('\n');
    return { ok: true, text, content: { agent_id: id, status, stopped: all } };
  },
};

function said(agent: z.infer<typeof stoppedSchema>): string {
  const { stop_steps, survivors } = agent;
  const how = stop_steps.length === 0 ? '' : ` (by ${stop_steps.join(', ')})`;
  return `${line(briefSchema.parse(agent))}${how}${survivors.length === 0 ? '' : `; still alive: ${survivors.join(', ')}`}`;
}
