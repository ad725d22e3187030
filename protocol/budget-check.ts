/** Whether an agent may be accepted, started or go on, as far as budgets go; and the words when it may not. Pure. */
import type { Agent } from './agent.ts';
import { type Budget, type BudgetMeasure, budgetMeasures } from './budget.ts';
import { type Account, type BudgetBook, isOver, isUsedUp } from './budget-book.ts';
import { type Failure, failureOf } from './failures.ts';
import { isWithin } from './fleet.ts';
import { hasBegun, spentBy } from './spending.ts';

/** Somebody to be deployed below `parent`, with a budget of its own or null; `maxCost`: `config.max_cost_usd`, 0 is none. */
export interface Claim {
  readonly parent: string | null;
  readonly budget: Budget | null;
  readonly maxCost: number;
}

/** How many spenders a refusal names. */
const mostSpenders = 5;

/**
 * null: all of them may be accepted, one after the other; otherwise the first that may not be, and why. `seenBy`: the agent
 * that asks, which is told of no others than its own; null: the operator.
 */
export function checkClaims(
  book: BudgetBook,
  claims: readonly Claim[],
  seenBy: string | null,
): { readonly index: number; readonly failure: Failure } | null {
  /** What claims before this one take, by account and measure. */
  const taken = new Map<string, number>();
  const accountsOf = new Map<string | null, readonly Account[]>();
  for (const [index, claim] of claims.entries()) {
    const { parent } = claim;
    const accounts = accountsOf.get(parent) ?? book.accountsOf(parent);
    accountsOf.set(parent, accounts);
    for (const measure of budgetMeasures) {
      const asked = askedOf(claim, measure);
      const before = (account: Account): number => taken.get(keyOf(account, measure)) ?? 0;
      const refusing = refusingAccount(accounts, measure, asked, before);
      if (refusing !== null) {
        const failure = exceeded(book, refusing, measure, { asked, before: before(refusing), seenBy });
        return { index, failure };
      }
      const exact = asked > 0 ? undefined : exactAccount(accounts, measure);
      if (exact !== undefined) return { index, failure: unasked(book, exact, measure, before(exact), seenBy) };
      for (const account of bindingOf(accounts, measure)) {
        taken.set(keyOf(account, measure), before(account) + (account.id === null && measure !== 'agents' ? 0 : asked));
      }
    }
  }
  return null;
}

/** null: this agent, which waits, may be started now. Its own share is reserved already. */
export function checkStart(book: BudgetBook, agent: Agent): Failure | null {
  const { facts } = agent;
  const accounts = book.accountsOf(facts.agent_id);
  for (const measure of budgetMeasures) {
    const above = accounts.find(({ id, limit }) => id !== facts.agent_id && limit[measure] !== null);
    const isOneTooMany = ({ limit, spent }: Account): boolean =>
      measure === 'agents' && !hasBegun(agent) && isOver(spent.agents + 1, limit.agents ?? Number.POSITIVE_INFINITY);
    const refusing = accounts.find(
      (account) => isSpent(account, measure) || isOneTooMany(account) || account === overdrawn(above, measure),
    );
    const asked = askedOf({ budget: facts.budget ?? null, maxCost: facts.max_cost_usd }, measure);
    if (refusing !== undefined)
      return exceeded(book, refusing, measure, { asked, before: 0, seenBy: facts.parent_agent, waiting: true });
  }
  return null;
}

/** Where what is asked for must be said: what an agent will spend of these is not known before. */
const exactAccount = (accounts: readonly Account[], measure: BudgetMeasure): Account | undefined =>
  measure === 'cost_usd' || measure === 'tokens'
    ? accounts.find(({ isExact, limit }) => isExact && limit[measure] !== null)
    : undefined;

/** What of an account is used up while it is at work, in words; null: nothing. */
export function usedUp(account: Account): string | null {
  const measure = budgetMeasures.find((one) => isSpent(account, one));
  return measure === undefined ? null : `${nameOf(account)} has spent ${spentWords(account, measure)}`;
}

function askedOf({ budget, maxCost }: Pick<Claim, 'budget' | 'maxCost'>, measure: BudgetMeasure): number {
  const unasked = { cost_usd: maxCost, tokens: 0, agents: 1, minutes: 0 };
  return budget?.[measure] ?? unasked[measure];
}

const keyOf = ({ id }: Account, measure: BudgetMeasure): string => `${measure} ${id === null ? '' : `of ${id}`}`;

/** The nearest with a limit, and the day, in which it is not reserved. */
const bindingOf = (accounts: readonly Account[], measure: BudgetMeasure): Account[] =>
  accounts.filter((account, index) => {
    if (account.limit[measure] === null) return false;
    return account.id === null || accounts.findIndex(({ limit }) => limit[measure] !== null) === index;
  });

/** Truly spent. Who is started last of the agents that are allowed is within the limit. */
function isSpent({ limit, spent }: Account, measure: BudgetMeasure): boolean {
  const most = limit[measure];
  if (most === null) return false;
  return measure === 'agents' ? isOver(spent.agents, most) : isUsedUp(spent[measure], most);
}

function refusingAccount(
  accounts: readonly Account[],
  measure: BudgetMeasure,
  asked: number,
  before: (account: Account) => number,
): Account | null {
  const spent = accounts.find((account) => isSpent(account, measure));
  if (spent !== undefined) return spent;
  const full = bindingOf(accounts, measure).find((account) => {
    const used = account.used[measure] + before(account);
    const most = account.limit[measure] ?? Number.POSITIVE_INFINITY;
    // A given budget lasts longer than a day: of the day it need not fit into what is left.
    const isOfDay = account.id === null && measure !== 'agents';
    return isUsedUp(used, most) || (!isOfDay && isOver(used + asked, most));
  });
  return full ?? null;
}

/** More is given than is there: somebody spent more than was given to it. */
function overdrawn(account: Account | undefined, measure: BudgetMeasure): Account | undefined {
  const most = account?.limit[measure] ?? null;
  return account !== undefined && most !== null && isOver(account.used[measure], most) ? account : undefined;
}

interface Asked {
  readonly asked: number;
  /** What claims of the same request take before this one. */
  readonly before: number;
  readonly seenBy: string | null;
  /** It was accepted, and is refused now. */
  readonly waiting?: boolean;
}

function exceeded(book: BudgetBook, account: Account, measure: BudgetMeasure, asks: Asked): Failure {
  const limit = account.limit[measure] ?? 0;
  const spent = account.spent[measure];
  const reserved = Math.max(0, account.used[measure] - spent) + asks.before;
  const left = Math.max(0, limit - spent - reserved);
  const spenders = spendersOf(book, account, measure, asks.seenBy);
  const most = spenders.map(({ agent_id, spent: by }) => `${agent_id ?? 'others'} ${amount(measure, by)}`).join(', ');
  const asked = asks.asked === 0 ? '' : `; asked for: ${amount(measure, asks.asked)}`;
  const message =
    `${nameOf(account)} does not allow this agent${asks.waiting === true ? ' to start' : ''}: the limit is ${amount(measure, limit)} (${settingOf(account, measure)}), ` +
    `spent ${amount(measure, spent)}, reserved ${amount(measure, reserved)}, left ${amount(measure, left)}${asked}. ` +
    `Spent most by: ${most === '' ? 'nobody' : most}. ${adviceFor(account, left, reserved)}`;
  return failureOf('BUDGET_EXCEEDED', message, {
    budget_of: account.id ?? 'day',
    measure,
    limit,
    spent: exact(spent),
    reserved: exact(reserved),
    left: exact(left),
    asked: asks.asked,
    spenders,
    on_exceeded: account.onExceeded,
  });
}

function unasked(
  book: BudgetBook,
  account: Account,
  measure: BudgetMeasure,
  before: number,
  seenBy: string | null,
): Failure {
  const { code, message, details } = exceeded(book, account, measure, { asked: 0, before, seenBy });
  const how = measure === 'cost_usd' ? 'budget.cost_usd or config.max_cost_usd' : `budget.${measure}`;
  const words = `This budget is exact: who is deployed below it must ask for a part of it. Give ${how}.`;
  return failureOf(code, `${message.slice(0, message.indexOf(' Spent most by:'))} ${words}`, {
    ...details,
    exact: true,
  });
}

function adviceFor({ id }: Account, left: number, reserved: number): string {
  if (id === null) return 'Ask again tomorrow (the day is UTC), or raise budget.per_day in config.json.';
  if (left > 0) return 'Ask for no more than what is left.';
  const free = reserved > 0 ? 'What is reserved and not spent is free again when those that hold it have ended. ' : '';
  return `${free}What is spent stays spent: do it yourself, or ask whoever gave this budget for more.`;
}

const nameOf = ({ id }: Account): string => (id === null ? 'The budget of the day' : `The budget of ${id}`);
const settingOf = ({ id }: Account, measure: BudgetMeasure): string =>
  id === null ? `budget.per_day.${measure}` : `budget.${measure}`;

const spentWords = (account: Account, measure: BudgetMeasure): string =>
  `${amount(measure, account.spent[measure])} of ${amount(measure, account.limit[measure] ?? 0)} (${settingOf(account, measure)})`;

/** Those who spent most, largest first; the sum of those whom the asker may not see has no id. */
function spendersOf(book: BudgetBook, account: Account, measure: BudgetMeasure, seenBy: string | null) {
  const all = book.agentsOf(account).flatMap((agent) => {
    const spent = spentBy(agent, book.ran)[measure];
    return spent > 0 ? [{ agent_id: agent.facts.agent_id, spent }] : [];
  });
  const isSeen = (id: string): boolean =>
    seenBy === null || book.fleet.externals.has(seenBy) || isWithin(book.fleet, id, seenBy);
  const seen = all.filter(({ agent_id }) => isSeen(agent_id)).sort((a, b) => b.spent - a.spent);
  const others = all.filter(({ agent_id }) => !isSeen(agent_id)).reduce((sum, { spent }) => sum + spent, 0);
  const named = seen.slice(0, mostSpenders).map((one) => ({ agent_id: one.agent_id, spent: exact(one.spent) }));
  return others === 0 ? named : [...named, { agent_id: null, spent: exact(others) }];
}

const exact = (value: number): number => Math.round(value * 1e6) / 1e6;

export function amount(measure: BudgetMeasure, value: number): string {
  switch (measure) {
    case 'cost_usd':
      return `$${Number(value.toFixed(4))}`;
    case 'tokens':
      return `${Math.round(value)} tokens`;
    case 'agents':
      return `${value} agent${value === 1 ? '' : 's'}`;
    case 'minutes':
      return `${Number(value.toFixed(2))} min`;
  }
}
