/**
 * The accounts of a fleet at one moment. An account is whatever has limits: an agent with all below it, an outside parent
 * with all below it, and the whole root on a UTC day. Pure: a function of the fleet, the settings and the time.
 *
 * A budget that an agent was given is reserved in the accounts above it until its branch has ended; from then on only
 * what it spent counts. The same goes for `config.max_cost_usd` of one without a budget, until it has ended. So what children were given together never exceeds what their parent has.
 */
import { type Agent, isEnded } from './agent.ts';
import {
  type Amounts,
  type Budget,
  type BudgetLimits,
  type BudgetMeasure,
  budgetMeasures,
  type BudgetView,
  noAmounts,
  type OnExceeded,
  plusAmounts,
} from './budget.ts';
import type { Fleet } from './fleet.ts';
import { ranByWallClock, type RanSeconds } from './hold.ts';
import { hasBegun, runningMinutesOfDay, spentBy, utcDay } from './spending.ts';

export interface BudgetRules {
  readonly perTree: BudgetLimits;
  readonly perDay: BudgetLimits;
  readonly onExceeded: OnExceeded;
  readonly exact: boolean;
}

export interface Account {
  /** An agent_id or an outside parent's name; null: the day's. */
  readonly id: string | null;
  readonly limit: BudgetLimits;
  readonly onExceeded: OnExceeded;
  readonly isExact: boolean;
  readonly spent: Amounts;
  /** Spent or reserved. */
  readonly used: Amounts;
}

interface Branch {
  readonly spent: Amounts;
  readonly used: Amounts;
  /** What it takes of the account above it. */
  readonly taken: Amounts;
  readonly isLiving: boolean;
}

/** Sums of money in binary fractions are a little off; less than a millionth of a cent is nothing. */
const tolerance = 1e-9;
export const isOver = (amount: number, limit: number): boolean => amount > limit + tolerance;
export const isUsedUp = (amount: number, limit: number): boolean => amount >= limit - tolerance;

const hasLimit = (limits: BudgetLimits): boolean => budgetMeasures.some((measure) => limits[measure] !== null);

export class BudgetBook {
  readonly fleet: Fleet;
  readonly rules: BudgetRules;
  readonly now: number;
  readonly ran: RanSeconds;
  readonly #branches = new Map<string, Branch>();
  #day: Account | null | undefined = undefined;

  /** `now`: milliseconds since the epoch. `ran`: how long living attempts have run by then. */
  constructor(fleet: Fleet, rules: BudgetRules, now: number, ran: RanSeconds = ranByWallClock(now)) {
    this.fleet = fleet;
    this.rules = rules;
    this.now = now;
    this.ran = ran;
  }

  /** The accounts that bind this agent, or would bind one deployed below this outside parent: its own first, the day's last. */
  accountsOf(id: string | null): Account[] {
    const accounts: Account[] = [];
    for (let at = id; at !== null;) {
      const account = this.#account(at);
      if (account !== null) accounts.push(account);
      at = this.fleet.agents.get(at)?.facts.parent_agent ?? null;
    }
    this.#day ??= this.#dayAccount();
    return this.#day === null ? accounts : [...accounts, this.#day];
  }

  /** Every account in which somebody lives. */
  livingAccounts(): Account[] {
    const found = new Map<string | null, Account>();
    const seen = new Set<string>();
    for (const id of this.fleet.living.keys()) {
      for (let at: string | null = id; at !== null && !seen.has(at);) {
        seen.add(at);
        const account = this.#account(at);
        if (account !== null) found.set(at, account);
        at = this.fleet.agents.get(at)?.facts.parent_agent ?? null;
      }
    }
    this.#day ??= this.#dayAccount();
    if (this.#day !== null) found.set(null, this.#day);
    return [...found.values()];
  }

  /** Agents of an account, parents first; of the day those that lived on it. */
  agentsOf({ id }: Account): Agent[] {
    if (id === null) return [...this.fleet.agents.values()].filter((agent) => this.#livedToday(agent));
    const below = (children: readonly string[]): Agent[] =>
      children.flatMap((child) => {
        const agent = this.fleet.agents.get(child);
        return agent === undefined ? [] : [agent, ...below(agent.children)];
      });
    return below(this.fleet.agents.has(id) ? [id] : (this.fleet.externals.get(id)?.children ?? []));
  }

  #livedToday({ life }: Agent): boolean {
    if (life.status === 'never_began') return false;
    return life.status !== 'ended' || life.ending.completed_at.slice(0, 10) === utcDay(this.now);
  }

  /** As a record shows it; null: nothing binds this agent. */
  viewOf(agent: Agent): BudgetView | null {
    const accounts = this.accountsOf(agent.facts.agent_id);
    if (accounts.length === 0) return null;
    const { spent, used } = this.#branch(agent);
    const bounds = budgetMeasures.map((measure) => [measure, tightest(accounts, measure)] as const);
    const per = <T>(of: (measure: BudgetMeasure) => T) =>
      Object.fromEntries(budgetMeasures.map((measure) => [measure, of(measure)])) as Record<BudgetMeasure, T>;
    const bound = Object.fromEntries(bounds) as Record<BudgetMeasure, Bound | null>;
    return {
      limit: this.limitsOf(agent),
      spent: rounded(spent),
      reserved: rounded(per((measure) => Math.max(0, used[measure] - spent[measure]))),
      left: per((measure) => (bound[measure] === null ? null : round(bound[measure].left))),
      bound_by: per((measure) => bound[measure]?.by ?? null),
      on_exceeded: this.#onExceeded(agent.facts.budget),
      exact: accounts.some(({ isExact }) => isExact),
    };
  }

  /** Its own; of the uppermost agent of a tree, those of the settings where it has none. */
  limitsOf({ facts: { budget, parent_agent } }: Agent): BudgetLimits {
    const { perTree } = this.rules;
    const of = (measure: BudgetMeasure): number | null =>
      budget?.[measure] ?? (parent_agent === null ? perTree[measure] : null);
    return { cost_usd: of('cost_usd'), tokens: of('tokens'), agents: of('agents'), minutes: of('minutes') };
  }

  #account(id: string): Account | null {
    const agent = this.fleet.agents.get(id);
    if (agent !== undefined) {
      const limit = this.limitsOf(agent);
      if (!hasLimit(limit)) return null;
      const { spent, used } = this.#branch(agent);
      const { budget } = agent.facts;
      const isExact = budget?.exact ?? this.rules.exact;
      return { id, limit, onExceeded: this.#onExceeded(budget), isExact, spent, used };
    }
    if (!hasLimit(this.rules.perTree)) return null;
    const children = this.#children(this.fleet.externals.get(id)?.children ?? []);
    return {
      id,
      limit: this.rules.perTree,
      onExceeded: this.rules.onExceeded,
      isExact: this.rules.exact,
      spent: sum(children, 'spent'),
      used: sum(children, 'taken'),
    };
  }

  #onExceeded(budget: Budget | undefined): OnExceeded {
    return budget?.on_exceeded ?? this.rules.onExceeded;
  }

  /** Budgets that were given last longer than a day, so of the day only what was spent counts, and who waits to be started. */
  #dayAccount(): Account | null {
    const { fleet, now, rules } = this;
    if (!hasLimit(rules.perDay)) return null;
    const { date, ...known } = fleet.day;
    const ended = date === utcDay(now) ? known : noAmounts;
    const living = [...fleet.living.keys()].flatMap((id) => fleet.agents.get(id) ?? []);
    const spent = { ...ended, minutes: ended.minutes + runningMinutesOfDay(living, now, this.ran) };
    const waiting = living.filter((agent) => !hasBegun(agent)).length;
    const used = { ...spent, agents: spent.agents + waiting };
    // Nothing of a day is given, so nobody can ask for a part of it.
    return { id: null, limit: rules.perDay, onExceeded: rules.onExceeded, isExact: false, spent, used };
  }

  #branch(agent: Agent): Branch {
    const { agent_id } = agent.facts;
    const known = this.#branches.get(agent_id);
    if (known !== undefined) return known;
    const children = this.#children(agent.children);
    const own = spentBy(agent, this.ran);
    const before = agent.spent_by_forgotten ?? noAmounts;
    const isWaiting = !isEnded(agent) && !hasBegun(agent);
    const spent = plusAmounts(plusAmounts(own, before), sum(children, 'spent'));
    const used = plusAmounts(plusAmounts(isWaiting ? { ...own, agents: 1 } : own, before), sum(children, 'taken'));
    const isLiving = !isEnded(agent) || children.some((child) => child.isLiving);
    const taken = isLiving ? atLeast(withCap(agent, used), agent.facts.budget) : used;
    const branch = { spent, used, taken, isLiving };
    this.#branches.set(agent_id, branch);
    return branch;
  }

  #children(ids: readonly string[]): Branch[] {
    return ids.flatMap((id) => {
      const agent = this.fleet.agents.get(id);
      return agent === undefined ? [] : [this.#branch(agent)];
    });
  }
}

/** Without a budget of its own, the most that its present run may cost is reserved as well. */
function withCap(agent: Agent, used: Amounts): Amounts {
  const { facts, usage, usage_before } = agent;
  if (facts.max_cost_usd === 0 || (facts.budget?.cost_usd ?? null) !== null || isEnded(agent)) return used;
  const ofRun = (usage.cost_usd ?? 0) - (usage_before.cost_usd ?? 0);
  return { ...used, cost_usd: used.cost_usd + Math.max(0, facts.max_cost_usd - ofRun) };
}

function atLeast(used: Amounts, given: Budget | undefined): Amounts {
  if (given === undefined) return used;
  return {
    cost_usd: Math.max(used.cost_usd, given.cost_usd ?? 0),
    tokens: Math.max(used.tokens, given.tokens ?? 0),
    agents: Math.max(used.agents, given.agents ?? 0),
    minutes: Math.max(used.minutes, given.minutes ?? 0),
  };
}

const sum = (branches: readonly Branch[], of: 'spent' | 'taken'): Amounts =>
  branches.reduce((total, branch) => plusAmounts(total, branch[of]), noAmounts);

interface Bound {
  readonly left: number;
  readonly by: string;
}

/** What the account leaves of its own limit; null: it has none. */
export function leftOf({ limit, used }: Account, measure: BudgetMeasure): number | null {
  const most = limit[measure];
  return most === null ? null : Math.max(0, most - used[measure]);
}

/**
 * Up to the nearest account with a limit, whose whole budget is reserved in those above it; above that only what was truly
 * spent can bind.
 */
function tightest(accounts: readonly Account[], measure: BudgetMeasure): Bound | null {
  let tightest: Bound | null = null;
  let isNearest = true;
  for (const account of accounts) {
    const most = account.limit[measure];
    if (most === null) continue;
    const isReserved = !isNearest && account.id !== null;
    const left = Math.max(0, most - (isReserved ? account.spent[measure] : account.used[measure]));
    if (tightest === null || left < tightest.left) tightest = { left, by: account.id ?? 'day' };
    isNearest = false;
  }
  return tightest;
}

/** Behind the sixth decimal there is only what binary fractions add. */
const round = (value: number): number => Math.round(value * 1e6) / 1e6;
const rounded = ({ cost_usd, tokens, agents, minutes }: Amounts): Amounts => ({
  cost_usd: round(cost_usd),
  tokens: round(tokens),
  agents: round(agents),
  minutes: round(minutes),
});
