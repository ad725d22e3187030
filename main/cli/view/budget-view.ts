/** What an agent and all below it may spend, for reading. Pure. */
import { amount } from '../../../protocol/budget-check.ts';
import { budgetMeasures, type BudgetView } from '../../../protocol/budget.ts';
import type { AgentRecord } from '../../../protocol/record.ts';
import { plain } from './plain.ts';

/** One line for each limit that binds it; none where nothing does. */
export function budgetLines({ agent_id, budget }: AgentRecord): [label: string, value: string][] {
  if (budget === null) return [];
  const lines = budgetMeasures.flatMap((measure): [string, string][] => {
    const line = lineOf(budget, measure, agent_id);
    return line === null ? [] : [[measure, line]];
  });
  return lines.length === 0 ? [] : [...lines, ['at a limit', atLimit[budget.on_exceeded]]];
}

const atLimit = {
  refuse: 'nothing new is started (refuse)',
  stop: 'nothing new is started, and what runs is stopped (stop)',
} as const;

function lineOf(budget: BudgetView, measure: (typeof budgetMeasures)[number], agentId: string): string | null {
  const left = budget.left[measure];
  if (left === null) return null;
  const limit = budget.limit[measure];
  const boundBy = budget.bound_by[measure];
  const reserved = budget.reserved[measure];
  const parts = [
    `${amount(measure, budget.spent[measure])} spent`,
    ...(reserved === 0 ? [] : [`${amount(measure, reserved)} reserved`]),
    `${amount(measure, left)} left`,
    limit === null ? 'no limit of its own' : `the limit is ${amount(measure, limit)}`,
    ...(boundBy === null || boundBy === agentId ? [] : [`what is left is set by ${byWords(boundBy)}`]),
  ];
  return parts.join(', ');
}

const byWords = (by: string): string => (by === 'day' ? 'the budget of the day' : plain(by));
