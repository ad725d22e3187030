/**
 * Looks after budgets while agents run: whenever something was spent, and by time. Where one is used up and says `stop`,
 * all that lives in it is stopped; what cannot be stopped now is tried again until it is.
 */
import { type Agent, isEnded } from '../../../protocol/agent.ts';
import { type Account, type BudgetBook, leftOf } from '../../../protocol/budget-book.ts';
import { usedUp } from '../../../protocol/budget-check.ts';
import { acceptances, type Sequenced } from '../../../protocol/events.ts';
import type { Result } from '../../../protocol/failures.ts';
import { livingAgents, type Fleet } from '../../../protocol/fleet.ts';
import { type Budgets, hasRules } from '../admission/budgets.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { longTimer } from '../long-timer.ts';
import type { StopOrder } from './run.ts';

export interface BudgetGuardOptions {
  readonly ledger: Ledger;
  readonly budgets: Budgets;
  readonly stop: (agents: readonly Agent[], order: StopOrder) => Promise<Result<void>>;
  readonly log: (line: string) => void;
}

/** Many events of one moment are one look; a look costs in proportion to the living. */
const gatherMs = 50;
const tryAgainMs = 500;
/** Longest time between two looks while minutes are counted. */
const longestLookMs = 60_000;

export class BudgetGuard {
  readonly #options: BudgetGuardOptions;
  readonly #stopping = new Set<string>();
  #hasBudgets = false;
  #soon: NodeJS.Timeout | null = null;
  #later: (() => void) | null = null;
  #closed = false;

  constructor(options: BudgetGuardOptions) {
    this.#options = options;
  }

  /** What was used up before a restart is stopped now. */
  begin(): void {
    this.#hasBudgets = livingAgents(this.#options.ledger.current).some(({ facts }) => facts.budget !== undefined);
    this.#lookSoon();
  }

  onEvent({ event }: Sequenced): void {
    if (acceptances(event).some(({ facts }) => facts.budget !== undefined)) this.#hasBudgets = true;
    if (event.type === 'agents_requeued') this.#hasBudgets = true; // One of them may have one.
    if (event.type.startsWith('agent_')) this.#lookSoon();
  }

  close(): void {
    this.#closed = true;
    if (this.#soon !== null) clearTimeout(this.#soon);
    this.#later?.();
  }

  #lookSoon(afterMs = gatherMs): void {
    if (this.#closed || !this.#isNeeded()) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = null;
      this.#look();
    }, afterMs);
    this.#soon.unref();
  }

  #isNeeded(): boolean {
    return this.#hasBudgets || hasRules(this.#book(this.#options.ledger.current).rules);
  }

  #book(fleet: Fleet): BudgetBook {
    return this.#options.budgets.book(fleet);
  }

  #look(): void {
    const book = this.#book(this.#options.ledger.pending);
    const stopping = book.livingAccounts().filter(({ onExceeded }) => onExceeded === 'stop');
    for (const account of stopping) {
      const why = usedUp(account);
      if (why !== null) this.#stopAll(book, account, why);
    }
    this.#later?.();
    const nextMs = Math.min(...stopping.map((account) => msUntilUsedUp(book, account)));
    if (Number.isFinite(nextMs)) this.#later = longTimer(Math.min(nextMs, longestLookMs), () => this.#look());
  }

  #stopAll(book: BudgetBook, account: Account, detail: string): void {
    const order = { reason: 'budget', by: 'the coordinator', detail } as const;
    for (const agent of book.agentsOf(account)) {
      if (isEnded(agent) || agent.life.status === 'stopping' || this.#stopping.has(agent.facts.agent_id)) continue;
      void this.#stop(agent, order);
    }
  }

  async #stop(agent: Agent, order: StopOrder): Promise<void> {
    const { stop, log } = this.#options;
    const { agent_id } = agent.facts;
    this.#stopping.add(agent_id);
    try {
      const stopped = await stop([agent], order);
      if (!stopped.ok) throw new Error(stopped.failure.message);
      this.#stopping.delete(agent_id);
    } catch (error) {
      log(`${agent_id} is over its budget and cannot be stopped now: ${String(error)}`);
      setTimeout(() => {
        this.#stopping.delete(agent_id);
        this.#lookSoon();
      }, tryAgainMs).unref();
    }
  }
}

/** Infinity: it will not be by time alone. */
function msUntilUsedUp(book: BudgetBook, account: Account): number {
  const { limit, spent } = account;
  if (limit.minutes === null || leftOf({ ...account, used: spent }, 'minutes') === 0) return Number.POSITIVE_INFINITY;
  const running = book.agentsOf(account).filter(({ life: { status } }) => status === 'running').length;
  if (running === 0) return Number.POSITIVE_INFINITY;
  return ((limit.minutes - spent.minutes) * 60_000) / running + gatherMs;
}
