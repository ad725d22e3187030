/** `deploy_agent`: one agent below the caller. */
import { z } from 'zod';
import { balanceLines, brief, briefSchema, line } from '../brief.ts';
import { deployFields, deployRequest, requestIdField } from '../input.ts';
import { ask, type Tool } from '../tool.ts';

const replayed = z.boolean().describe('True: this very call was made before, and nothing was deployed now.');

export const deployAgent: Tool = {
  name: 'deploy_agent',
  title: 'Deploy an agent',
  description:
    'Starts an agent of its own process below you, with a task as its prompt. Answers at once with its agent_id and its status ' +
    '(running, starting, or queued with the reason). Then go on working, and call wait_for_agents with its agent_id; ' +
    'when it has ended, read the file that completion_report names. For several agents use deploy_agents.',
  input: z.object({ ...deployFields, request_id: requestIdField }),
  output: briefSchema.extend({ replayed }),
  hints: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  async run(args, call) {
    const deployed = await ask(call, 'deploy', deployRequest(args));
    if (!deployed.ok) return deployed;
    const agent = brief(deployed.value.answer);
    const text = [line(agent), ...balanceLines(deployed.value.answer)].join('\n');
    return { ok: true, text, content: { ...agent, replayed: deployed.value.replayed } };
  },
};
