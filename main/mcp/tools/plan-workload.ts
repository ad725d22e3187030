/** `plan_workload`: how to divide tasks so that the balance rules are kept. */
import { z } from 'zod';
import { planAnswerSchema, planRequestSchema } from '../../../protocol/plan.ts';
import { required } from '../input.ts';
import { ask, looks, type Tool } from '../tool.ts';

const { tasks, workers } = planRequestSchema.shape;

export const planWorkload: Tool = {
  name: 'plan_workload',
  title: 'Plan the workload',
  description:
    'Divides weighted tasks among workers so that the largest share is as small as it can be, and says whether the balance rules are kept ' +
    '(with three or more workers no share over 0.4, the largest less than twice the smallest) or which tasks to split into how many parts. ' +
    'Starts nothing. Use it before deploy_agents: one agent per worker, its share as estimated_workload.',
  input: z.object({
    tasks: required(tasks, 'Each {id, weight}: an id of its own, and its work in any one unit.'),
    workers: required(workers, 'Among how many agents to divide, 1 to 100.'),
  }),
  output: planAnswerSchema,
  hints: looks,
  async run(args, call) {
    const planned = await ask(call, 'plan', args);
    if (!planned.ok) return planned;
    const { answer } = planned.value;
    const shares = answer.workers.map(
      ({ worker, tasks: own, share }) => `worker ${worker}: ${own.join(', ')} (${(share * 100).toFixed(1)} %)`,
    );
    const verdict = answer.is_balanced ? 'Balanced.' : 'Not balanced.';
    return { ok: true, text: [verdict, ...shares, ...answer.advice].join('\n'), content: answer };
  },
};
