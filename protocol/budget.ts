/**
 * Budgets: what an agent and all below it may spend together. `agents` counts the branch, the agent itself included;
 * `tokens` is the sum of all four kinds; `minutes` are running minutes of all agents of the branch, pauses not counted.
 */
import { z } from 'zod';
import { nullableDefault } from './envelope.ts';

export const budgetMeasures = ['cost_usd', 'tokens', 'agents', 'minutes'] as const;
export type BudgetMeasure = (typeof budgetMeasures)[number];

/** null: no limit. None is 0: an agent that may spend nothing cannot be deployed. */
const limitFields = {
  cost_usd: nullableDefault(z.number().positive().max(1_000_000)),
  tokens: nullableDefault(z.number().int().min(1).max(Number.MAX_SAFE_INTEGER)),
  agents: nullableDefault(z.number().int().min(1).max(1_000_000)),
  minutes: nullableDefault(z.number().positive().max(1_000_000_000)),
};
/** Strict: a limit with a misspelt name would bind nothing. */
export const budgetLimitsSchema = z.strictObject(limitFields);
export type BudgetLimits = z.infer<typeof budgetLimitsSchema>;
export const noLimits: BudgetLimits = { cost_usd: null, tokens: null, agents: null, minutes: null };

/** `refuse`: at a limit nothing new is started below it. `stop`: what runs there is stopped, too. */
export const onExceededSchema = z.enum(['refuse', 'stop']);
export type OnExceeded = z.infer<typeof onExceededSchema>;

/**
 * `budget` of a deploy request. `on_exceeded` null takes `budget.on_exceeded` of config.json, which is `refuse` by default.
 * `exact`: whoever is deployed below it must say how much of its cost and tokens it takes, so that many that run at the
 * same time cannot pass it; null takes `budget.exact`, false by default.
 */
export const budgetSchema = z.strictObject({
  ...limitFields,
  on_exceeded: nullableDefault(onExceededSchema),
  exact: nullableDefault(z.boolean()),
});
export type Budget = z.infer<typeof budgetSchema>;

export const amountsSchema = z.object({
  cost_usd: z.number(),
  tokens: z.number(),
  agents: z.number(),
  minutes: z.number(),
});
export type Amounts = z.infer<typeof amountsSchema>;
export const noAmounts: Amounts = { cost_usd: 0, tokens: 0, agents: 0, minutes: 0 };

export const plusAmounts = (a: Amounts, b: Amounts): Amounts => ({
  cost_usd: a.cost_usd + b.cost_usd,
  tokens: a.tokens + b.tokens,
  agents: a.agents + b.agents,
  minutes: a.minutes + b.minutes,
});

/**
 * In a record. `limit`: its own. `spent` and `reserved` (agents that wait, budgets of children that have not ended): of
 * its branch. `left`: what may still be spent here, the least that its own limit and those above it leave; null is no limit.
 */
export const budgetViewSchema = z.object({
  limit: z.object({
    cost_usd: z.number().nullable(),
    tokens: z.number().nullable(),
    agents: z.number().nullable(),
    minutes: z.number().nullable(),
  }),
  spent: amountsSchema,
  reserved: amountsSchema,
  left: z.object({
    cost_usd: z.number().nullable(),
    tokens: z.number().nullable(),
    agents: z.number().nullable(),
    minutes: z.number().nullable(),
  }),
  /** Who sets `left`: an agent_id, an outside parent's name, or `day`; null where nobody does. */
  bound_by: z.object({
    cost_usd: z.string().nullable(),
    tokens: z.string().nullable(),
    agents: z.string().nullable(),
    minutes: z.string().nullable(),
  }),
  on_exceeded: onExceededSchema,
  /** Those deployed below it must ask for a part of its cost and tokens. */
  exact: z.boolean(),
});
export type BudgetView = z.infer<typeof budgetViewSchema>;
