/** Budgets of this root: the settings, the clock and the runs beside the pure accounts of protocol/budget-book.ts. */
import type { Agent, AgentFacts } from '../../../protocol/agent.ts';
import { BudgetBook, type BudgetRules } from '../../../protocol/budget-book.ts';
import { checkClaims, checkStart, type Claim } from '../../../protocol/budget-check.ts';
import { type BudgetLimits, budgetMeasures } from '../../../protocol/budget.ts';
import type { Config } from '../../../protocol/config.ts';
import type { Failure } from '../../../protocol/failures.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import { ranByWallClock, type RanSeconds } from '../../../protocol/hold.ts';
import type { AgentRecord } from '../../../protocol/record.ts';
import type { Clock } from '../clock.ts';
import type { Principal } from '../facade.ts';

/** A list of records is made of one moment: as long as nothing happens, sums and settings are as old as this at most. */
const bookMs = 250;

export class Budgets {
  readonly #config: Config['budget'];
  readonly #clock: Clock;
  readonly #ranSeconds: (agentId: string) => number | null;
  #book: { readonly book: BudgetBook; readonly atMs: number } | null = null;

  /**
   * `ranSeconds`: how long the run of an agent has lasted by a clock that no change of the time bends, pauses not counted; null
   * where it has none, which is counted by the wall clock.
   */
  constructor(config: Config['budget'], clock: Clock, ranSeconds: (agentId: string) => number | null) {
    this.#config = config;
    this.#clock = clock;
    this.#ranSeconds = ranSeconds;
  }

  /** The accounts as they are now. */
  book(fleet: Fleet): BudgetBook {
    const now = Date.parse(this.#clock.now());
    return new BudgetBook(fleet, rulesOf(this.#config), now, this.#ran(now));
  }

  #ran(now: number): RanSeconds {
    const byWallClock = ranByWallClock(now);
    return (agent) => {
      const seconds = byWallClock(agent);
      return seconds === null ? null : (this.#ranSeconds(agent.facts.agent_id) ?? seconds);
    };
  }

  /** As `checkClaims`. Call it in the step that accepts them: nothing may wait between. */
  check(fleet: Fleet, claims: readonly Claim[], by: Principal): ReturnType<typeof checkClaims> {
    return checkClaims(this.book(fleet), claims, by.kind === 'agent' ? by.agentId : null);
  }

  /** As `checkStart`. */
  mayStart(fleet: Fleet, agent: Agent): Failure | null {
    return checkStart(this.book(fleet), agent);
  }

  /**
   * The most that one run of it may cost, US dollars, 0 for no limit: what the request says (`max_cost_usd`), and where a
   * budget stops what runs or is exact, what is left of it. Some programs tell their cost only at the end, and can keep to this meanwhile.
   */
  costCap(fleet: Fleet, facts: AgentFacts): number {
    const { agent_id, parent_agent, budget, max_cost_usd } = facts;
    const isKnown = fleet.agents.has(agent_id);
    const accounts = this.book(fleet).accountsOf(isKnown ? agent_id : parent_agent);
    const isExactAbove = accounts.some(({ isExact }) => isExact);
    const left = accounts.flatMap(({ limit, spent, onExceeded }) =>
      limit.cost_usd === null || (onExceeded !== 'stop' && !isExactAbove) ? [] : [limit.cost_usd - spent.cost_usd],
    );
    // One that is being accepted has spent nothing, and is in no account yet.
    const rules = rulesOf(this.#config);
    const own = budget?.cost_usd ?? (parent_agent === null ? rules.perTree.cost_usd : null);
    const isCapped =
      (budget?.on_exceeded ?? rules.onExceeded) === 'stop' || (budget?.exact ?? rules.exact) || isExactAbove;
    if (!isKnown && own !== null && isCapped) left.push(own);
    const caps = max_cost_usd > 0 ? [max_cost_usd, ...left] : left;
    // 0 would be no limit at all.
    return caps.length === 0 ? 0 : Math.max(0.000_001, Math.round(Math.min(...caps) * 1e6) / 1e6);
  }

  /** The record with what the agent may spend. */
  shown(fleet: Fleet, agent: Agent, record: AgentRecord): AgentRecord {
    if (!isBudgeted(fleet, agent) && !hasRules(rulesOf(this.#config))) return record;
    const view = this.#shownBook(fleet).viewOf(agent);
    return view === null ? record : { ...record, budget: view };
  }

  #shownBook(fleet: Fleet): BudgetBook {
    const atMs = this.#clock.monotonic();
    const known = this.#book;
    if (known !== null && known.book.fleet === fleet && atMs - known.atMs < bookMs) {
      return known.book;
    }
    const book = this.book(fleet);
    this.#book = { book, atMs };
    return book;
  }
}

/** Whether it or one above it was given a budget. That never changes, and lists ask it of thousands. */
function isBudgeted(fleet: Fleet, { facts }: Agent): boolean {
  const known = budgeted.get(facts);
  if (known !== undefined) return known;
  const parent = facts.parent_agent === null ? undefined : fleet.agents.get(facts.parent_agent);
  const is = facts.budget !== undefined || (parent !== undefined && isBudgeted(fleet, parent));
  budgeted.set(facts, is);
  return is;
}

const budgeted = new WeakMap<AgentFacts, boolean>();

export function rulesOf(config: Config['budget']): BudgetRules {
  const { per_day, per_tree, cost_usd_per_day, cost_usd_per_tree, on_exceeded, exact } = config;
  return {
    perDay: withCost(per_day, cost_usd_per_day),
    perTree: withCost(per_tree, cost_usd_per_tree),
    onExceeded: on_exceeded,
    exact,
  };
}

/** The smaller one binds. */
function withCost(limits: BudgetLimits, cost: number | null): BudgetLimits {
  if (cost === null) return limits;
  return { ...limits, cost_usd: Math.min(cost, limits.cost_usd ?? cost) };
}

/** Anything that could bind at all: with none of it nothing has to be counted. */
export const hasRules = ({ perDay, perTree }: BudgetRules): boolean =>
  budgetMeasures.some((measure) => perDay[measure] !== null || perTree[measure] !== null);
