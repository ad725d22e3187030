/**
 * Whatever comes in whatever order, with parents that wait and parents that only look: the queue comes to no standstill, no
 * limit is passed, and who starts is the first of those that may. `ZIGGIE_CASES=full` takes 1,000 orders.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Scheduler } from '../../../main/coordinator/admission/scheduler.ts';
import { systemClock } from '../../../main/coordinator/clock.ts';
import { EventHub } from '../../../main/coordinator/events/hub.ts';
import type { Journal } from '../../../main/coordinator/ledger/journal.ts';
import { Ledger } from '../../../main/coordinator/ledger/ledger.ts';
import type { Supervisor } from '../../../main/coordinator/process/supervisor.ts';
import { type AgentFacts, isActive, isEnded } from '../../../protocol/agent.ts';
import { type Config, configSchema } from '../../../protocol/config.ts';
import { failureOf } from '../../../protocol/failures.ts';
import { emptyFleet } from '../../../protocol/fleet.ts';
import { Budgets } from '../../../main/coordinator/admission/budgets.ts';
import { agentFacts } from '../../rig/agent-facts.ts';

const orders = process.env['ZIGGIE_CASES'] === 'full' ? 1000 : 150;
const at = '2025-11-09T14:30:00.000Z';
const failure = failureOf('SPAWN_FAILED', 'it did not start');

/** What an agent will do with its life. */
interface Plan {
  readonly level: number;
  readonly runtime: string;
  readonly priority: number;
  /** It lends its slot while its children work; otherwise it looks again and again, as an agent without `wait` does. */
  readonly waits: boolean;
  readonly fails: boolean;
  readonly children: readonly Plan[];
}

const planAt = (level: number): fc.Arbitrary<Plan> =>
  fc.record({
    level: fc.constant(level),
    runtime: fc.constantFrom('claude', 'command'),
    priority: fc.integer({ min: 0, max: 3 }),
    waits: fc.boolean(),
    fails: fc.boolean(),
    children:
      level === 3
        ? fc.constant([])
        : fc.oneof(
            { weight: 1, arbitrary: fc.constant([]) },
            { weight: 3, arbitrary: fc.array(planAt(level + 1), { minLength: 1, maxLength: 4 }) },
          ),
  });

const limitsOf = fc.record({
  max_running: fc.integer({ min: 4, max: 8 }),
  max_running_per_parent: fc.integer({ min: 1, max: 3 }),
  max_running_per_level: fc.constantFrom({}, { 2: 1 }, { 1: 1, 3: 2 }),
  max_running_per_runtime: fc.constantFrom({}, { claude: 4 }, { command: 5, claude: 4 }),
});

/** A coordinator on paper: a real scheduler and ledger, and agents that live by their plan. */
class World {
  readonly limits: Config['limits'];
  readonly ledger: Ledger;
  readonly scheduler: Scheduler;
  readonly plans = new Map<string, Plan>();
  readonly facts = new Map<string, AgentFacts>();
  readonly lets = new Map<string, () => void>();
  /** Children that a running parent has yet to deploy. */
  readonly toDeploy: { plan: Plan; parent: string | null }[] = [];
  readonly broken: string[] = [];
  #ordinal = 0;

  constructor(limits: Partial<Config['limits']>, roots: readonly Plan[]) {
    const most = { max_starting: 1000, starts_per_second: 1_000_000, max_queued: 100_000 };
    this.limits = { ...configSchema.parse({}).limits, ...most, ...limits };
    const journal = { append: () => Promise.resolve() } as unknown as Journal;
    this.ledger = new Ledger(emptyFleet, journal, new EventHub(() => undefined));
    const ticket = ({ agent_id }: AgentFacts, attempt: number) => {
      this.#judge(agent_id);
      const starting = { type: 'agent_starting', at, agent_id, attempt, nonce: 'n', token_sha256: 't' } as const;
      return { events: [starting], starting, token: '', held: null };
    };
    const supervisor = {
      ticket: (id: string, attempt: number) => ticket(this.#factsOf(id), attempt),
      ticketAtOnce: (facts: AgentFacts) => ticket(facts, 1),
      start: async (agent_id: string, _ticket: unknown, durable: Promise<void>) => {
        await durable;
        const identity = { pid: 1, start_time: '1', boot_id: 'b' };
        await this.ledger.commit([{ type: 'agent_started', at, agent_id, attempt: 1, identity }]);
        const plan = this.#planOf(agent_id);
        for (const child of plan.children) this.toDeploy.push({ plan: child, parent: agent_id });
        if (plan.waits && plan.children.length > 0) {
          void this.scheduler.waitingParents.during(
            agent_id,
            () => new Promise<void>((resolve) => void this.lets.set(agent_id, resolve)),
          );
        }
      },
    } as unknown as Supervisor;
    this.scheduler = new Scheduler({
      ledger: this.ledger,
      supervisor,
      config: { limits: this.limits, intake_paused: false },
      budgets: new Budgets(configSchema.parse({}).budget, systemClock, () => null),
      freeMemoryMb: () => null,
      clock: { ...systemClock, now: () => at },
      log: (line) => this.broken.push(line),
    });
    for (const plan of roots) this.toDeploy.push({ plan, parent: null });
  }

  /** What may happen next; empty is the end, or a standstill. */
  moves(): (() => Promise<void>)[] {
    const deploys = this.toDeploy.map((one) => () => this.#deploy(one));
    const ends = this.#living()
      .filter(({ facts, life }) => life.status === 'running' && this.#isDone(facts.agent_id))
      .map(
        ({ facts }) =>
          () =>
            this.#end(facts.agent_id),
      );
    return [...deploys, ...ends];
  }

  get waiting(): string[] {
    return this.#living().map(({ facts, life }) => `${facts.agent_id} (level ${facts.level}) ${life.status}`);
  }

  #living() {
    return [...this.ledger.pending.agents.values()].filter((agent) => !isEnded(agent));
  }

  async #deploy(one: { plan: Plan; parent: string | null }): Promise<void> {
    this.toDeploy.splice(this.toDeploy.indexOf(one), 1);
    const { plan, parent } = one;
    const ordinal = ++this.#ordinal;
    const agent_id = `agent_${ordinal}`;
    this.plans.set(agent_id, plan);
    const { level, runtime, priority } = plan;
    const facts = agentFacts({
      agent_id,
      ordinal,
      request_id: agent_id,
      parent_agent: parent,
      level,
      runtime,
      priority,
      timeout: 0,
    });
    this.facts.set(agent_id, facts);
    const { events, ticket } = this.scheduler.admit(facts, {} as never);
    const durable = this.ledger.commit([
      { type: 'agent_accepted', at, request_sha256: '', facts, prompt: '' },
      ...events,
    ]);
    if (ticket === null) this.scheduler.enqueue(facts);
    else this.scheduler.start(agent_id, ticket, durable);
    await settled();
  }

  async #end(agent_id: string): Promise<void> {
    this.lets.get(agent_id)?.();
    await settled();
    const as = this.#planOf(agent_id).fails ? 'refused' : 'cancelled';
    await this.ledger.commit([{ type: 'agent_never_began', at, agent_id, as, failure }]);
    this.scheduler.pump();
    await settled();
  }

  /** Its children have all ended, and none is to come. */
  #isDone(agentId: string): boolean {
    if (this.toDeploy.some(({ parent }) => parent === agentId)) return false;
    return this.#living().every(({ facts }) => facts.parent_agent !== agentId);
  }

  /** By counting all anew, in other words than the product's. */
  #judge(starting: string): void {
    const facts = this.#factsOf(starting);
    if (!this.#fits(facts)) this.broken.push(`${starting} started over a limit`);
    const better = this.#living().filter(
      ({ facts: other, life }) =>
        life.status === 'queued' &&
        other.agent_id !== starting &&
        (other.priority < facts.priority || (other.priority === facts.priority && other.ordinal < facts.ordinal)) &&
        this.#fits(other),
    );
    if (better.length > 0)
      this.broken.push(`${starting} started before ${better.map((one) => one.facts.agent_id).join()}`);
  }

  #fits({ level, runtime, parent_agent }: AgentFacts): boolean {
    const held = this.#living().filter((agent) => isActive(agent) && !this.lets.has(agent.facts.agent_id));
    const { limits } = this;
    const full = (who: typeof held, most: number | undefined): boolean => most !== undefined && who.length >= most;
    const tiers = (who: typeof held, most: number | undefined): boolean =>
      most !== undefined &&
      most > limits.max_depth &&
      [0, 1, 2].some(
        (tier) =>
          tier >= level &&
          full(
            who.filter(({ facts }) => facts.level <= tier),
            most - (3 - tier),
          ),
      );
    const alike = held.filter(({ facts }) => facts.runtime === runtime);
    const most = limits.max_running_per_runtime[runtime];
    return !(
      full(held, limits.max_running) ||
      tiers(held, limits.max_running) ||
      full(
        held.filter(({ facts }) => facts.level === level),
        limits.max_running_per_level[String(level)],
      ) ||
      full(alike, most) ||
      tiers(alike, most) ||
      (parent_agent !== null &&
        full(
          held.filter(({ facts }) => facts.parent_agent === parent_agent),
          limits.max_running_per_parent,
        ))
    );
  }

  #factsOf(id: string): AgentFacts {
    const facts = this.facts.get(id);
    if (facts === undefined) throw new Error(`${id} is not known`);
    return facts;
  }

  #planOf(id: string): Plan {
    const plan = this.plans.get(id);
    if (plan === undefined) throw new Error(`${id} has no plan`);
    return plan;
  }
}

/** All that follows at once has happened: promises first, then what is done in the next turn. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

test(`of ${orders} orders of arrival none comes to a standstill, passes a limit or starts the wrong one first`, async () => {
  await fc.assert(
    fc.asyncProperty(
      limitsOf,
      fc.array(planAt(1), { minLength: 2, maxLength: 9 }),
      fc.infiniteStream(fc.nat()),
      async (limits, roots, choices) => {
        const world = new World(limits, roots);
        try {
          for (;;) {
            const moves = world.moves();
            if (moves.length === 0) break;
            await moves[(choices.next().value ?? 0) % moves.length]?.();
          }
          expect(world.broken).toEqual([]);
          expect(world.waiting).toEqual([]);
        } finally {
          world.scheduler.close();
        }
      },
    ),
    { numRuns: orders },
  );
}, 120_000);
