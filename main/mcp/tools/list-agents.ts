/** `list_agents`: what the caller may see. */
import { z } from 'zod';
import { agentListSchema, listRequestSchema } from '../../../protocol/queries.ts';
import { brief, briefSchema, line } from '../brief.ts';
import { optional } from '../input.ts';
import { ask, looks, type Tool } from '../tool.ts';

/** A page that fits into a model's context; the next is one call away. */
const usualPage = 50;
const { parent_agent, status, level, limit, cursor } = listRequestSchema.shape;

export const listAgents: Tool = {
  name: 'list_agents',
  title: 'List agents',
  description:
    'Lists yourself and the agents below you, oldest first, with status, reason and report. Filters are joined by "and". ' +
    `At most ${usualPage} at a time unless limit says otherwise; when next_cursor is not null, call again with it as cursor. ` +
    'To wait for agents use wait_for_agents, do not poll this.',
  input: z.object({
    parent_agent: optional(parent_agent, 'Only direct children of this agent.'),
    status: optional(status, 'Only agents with this status.'),
    level: optional(level, 'Only agents of this level: 2 for L2.'),
    limit: optional(limit, `At most so many; ${usualPage} when left out.`),
    cursor: optional(cursor, 'next_cursor of the answer before, unchanged.'),
  }),
  output: z.object({
    total: z.number().int().describe('How many match, on all pages together.'),
    agents: z.array(briefSchema),
    next_cursor: agentListSchema.shape.next_cursor.describe('null: this is the last page.'),
  }),
  hints: looks,
  async run(args, call) {
    const listed = await ask(call, 'list', { limit: usualPage, ...args });
    if (!listed.ok) return listed;
    const { total, agents, next_cursor } = listed.value.answer;
    const briefs = agents.map(brief);
    const more = next_cursor === null ? '' : `\nMore: call again with cursor ${next_cursor}`;
    const text = briefs.length === 0 ? `No agents fit (${total} in all).` : `${briefs.map(line).join('\n')}${more}`;
    return { ok: true, text, content: { total, agents: briefs, next_cursor } };
  },
};
