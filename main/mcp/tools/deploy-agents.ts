/** `deploy_agents`: several agents, all or none. */
import { z } from 'zod';
import { batchRequestSchema } from '../../../protocol/request.ts';
import { balanceLines, brief, briefSchema, line } from '../brief.ts';
import { deployFields, deployRequest, optional, requestIdField } from '../input.ts';
import { ask, type Tool } from '../tool.ts';

const replayed = z.boolean().describe('True: this very call was made before, and nothing was deployed now.');

export const deployAgents: Tool = {
  name: 'deploy_agents',
  title: 'Deploy several agents',
  description:
    'Deploys several agents below you in one step: all are accepted, or none and you learn why. Each entry has the fields of ' +
    'deploy_agent. Give all of one plan the same group {id, size} and their shares in estimated_workload (plan_workload finds them). ' +
    'Returns the agents in the order you gave. Then call wait_for_agents with their agent_ids.',
  input: z.object({
    agents: z
      .array(z.object({ ...deployFields, request_id: requestIdField }))
      .min(1)
      .max(1000)
      .describe('One entry per agent.'),
    parent_agent: optional(batchRequestSchema.shape.parent_agent, 'Leave out to deploy under yourself.'),
    request_id: requestIdField,
  }),
  output: z.object({ agents: z.array(briefSchema), replayed }),
  hints: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  async run(args, call) {
    const agents: unknown = Array.isArray(args['agents']) ? args['agents'].map(flatToWire) : args['agents'];
    const deployed = await ask(call, 'deploy_batch', { ...args, agents });
    if (!deployed.ok) return deployed;
    const briefs = deployed.value.answer.agents.map(brief);
    return {
      ok: true,
      text: [...briefs.map(line), ...deployed.value.answer.agents.flatMap(balanceLines)].join('\n'),
      content: { agents: briefs, replayed: deployed.value.replayed },
    };
  },
};

const flatToWire = (agent: unknown): unknown =>
  typeof agent === 'object' && agent !== null && !Array.isArray(agent)
    ? deployRequest(agent as Record<string, unknown>)
    : agent;
