/**
 * G20: what an agent may do, judged by an independent model: random trees, and calls with the tokens of random agents
 * upon random targets. The commands, rights, tokens, ledger and journal are the real ones; no process is started.
 */
import { mkdirSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { Scheduler } from '../../../main/coordinator/admission/scheduler.ts';
import { WaitingParents } from '../../../main/coordinator/admission/waiting-parents.ts';
import { systemClock } from '../../../main/coordinator/clock.ts';
import { Repeats } from '../../../main/coordinator/commands/repeats.ts';
import { perform, type PerformDeps } from '../../../main/coordinator/commands/perform.ts';
import { WaitingPrompts } from '../../../main/coordinator/commands/waiting-prompts.ts';
import { FleetWatch } from '../../../main/coordinator/events/fleet-watch.ts';
import { EventHub } from '../../../main/coordinator/events/hub.ts';
import { LifeWatch } from '../../../main/coordinator/events/life-watch.ts';
import { Journal } from '../../../main/coordinator/ledger/journal.ts';
import { Ledger } from '../../../main/coordinator/ledger/ledger.ts';
import type { Supervisor } from '../../../main/coordinator/process/supervisor.ts';
import { layoutOf, makeFolders } from '../../../main/coordinator/root/layout.ts';
import type { Runtimes } from '../../../main/coordinator/runtimes/registry.ts';
import { trueRuntime } from '../../rig/true-runtime.ts';
import { hashToken, principalOf } from '../../../main/coordinator/tokens.ts';
import type { Action } from '../../../protocol/actions.ts';
import type { Agent, Ending } from '../../../protocol/agent.ts';
import { configSchema } from '../../../protocol/config.ts';
import type { ZiggieEvent } from '../../../protocol/events.ts';
import { ok } from '../../../protocol/failures.ts';
import { emptyFleet } from '../../../protocol/fleet.ts';
import { agentRecord } from '../../../protocol/record.ts';
import { parseRequest } from '../../../protocol/parse-request.ts';
import type { TreeNode } from '../../../protocol/queries.ts';
import type { AgentRecord } from '../../../protocol/record.ts';
import { valueOf } from '../../rig/result.ts';
import { Random } from '../../soak/rig/random.ts';
import { Budgets } from '../../../main/coordinator/admission/budgets.ts';
import { temporaryFolder } from '../ledger/temporary-folder.ts';

const calls = 10_000;
const callsPerTree = 250;
const at = '2025-11-09T14:30:00.000Z';

const tokenOf = (agentId: string): string => `token of ${agentId}`;

/** A coordinator whose agents run as soon as they are accepted and end as soon as they are stopped, on paper. */
function openPaperCoordinator() {
  const layout = layoutOf(temporaryFolder());
  makeFolders(layout);
  mkdirSync(layout.runs, { recursive: true });
  const hub = new EventHub(() => undefined);
  const journal = Journal.open(layout.journal, 1);
  onTestFinished(() => journal.close());
  const ledger = new Ledger(emptyFleet, journal, hub);
  const lives = new LifeWatch(() => ledger.current);
  const fleetWatch = new FleetWatch(() => ledger.current);
  hub.subscribe((event) => lives.onEvent(event));
  hub.subscribe(() => fleetWatch.onEvent());
  const started = (agent_id: string): ZiggieEvent[] => [
    { type: 'agent_starting', at, agent_id, attempt: 1, nonce: 'n', token_sha256: hashToken(tokenOf(agent_id)) },
    { type: 'agent_started', at, agent_id, attempt: 1, identity: { pid: 1, start_time: '1', boot_id: 'b' } },
  ];
  const scheduler = {
    waitingParents: new WaitingParents(() => undefined),
    admit: ({ agent_id }: { agent_id: string }) => ({ events: started(agent_id), ticket: null }),
    enqueue: ({ agent_id }: { agent_id: string }) => void ledger.commit(started(agent_id)),
    enqueueAll: (all: readonly { agent_id: string }[]) =>
      void ledger.commit(all.flatMap(({ agent_id }) => started(agent_id))),
  };
  const supervisor = {
    stop: async (branch: readonly Agent[]) => {
      await ledger.commit(
        branch.map(({ facts }) => ({ type: 'agent_ended', at, agent_id: facts.agent_id, attempt: 1, ending }) as const),
      );
      return ok(undefined);
    },
  };
  const deps: PerformDeps = {
    layout,
    ledger,
    lives,
    fleetWatch,
    config: configSchema.parse({ limits: { max_depth: 9 } }),
    clock: systemClock,
    runtimes: { get: () => ok(trueRuntime) } as unknown as Runtimes,
    scheduler: scheduler as unknown as Scheduler,
    settings: { patch: () => Promise.reject(new Error('not on paper')) },
    supervisor: supervisor as unknown as Supervisor,
    ownership: { cannotFreeze: null },
    record: agentRecord,
    budgets: new Budgets(configSchema.parse({}).budget, systemClock, () => null),
    prompts: new WaitingPrompts({ layout, isKnown: () => true }),
    repeats: new Repeats(ledger, systemClock),
  };
  const operatorHash = hashToken('operator');
  let count = 0;
  /** As a door does it: the token first, then the request. */
  const ask = async (token: string, action: Action, fields: object): Promise<Outcome> => {
    const by = principalOf(token, operatorHash, ledger.current);
    if (by === null) return { code: 'UNAUTHENTICATED', answer: null };
    count += 1;
    const request = valueOf(parseRequest({ request_id: `r${count}`, action, ...fields }));
    const done = await perform(deps, request, by, { door: 'http', wait: 'admission' });
    return done.ok ? { code: 'ok', answer: done.value.answer } : { code: done.failure.code, answer: done.failure };
  };
  return { ask };
}

const ending: Ending = {
  status: 'stopped',
  status_reason: 'stopped',
  source: 'exit_event',
  exit_code: null,
  signal: 'SIGTERM',
  completed_at: at,
  execution_time_seconds: 1,
  report_exists: false,
  report_problems: [],
  stop_steps: [],
  survivors: [],
  reaped: 0,
};

interface Outcome {
  readonly code: string;
  readonly answer: unknown;
}

/** The independent model: who is whose parent, who has ended, and the rights that follow. */
class Model {
  readonly parents = new Map<string, string | null>();
  readonly ended = new Set<string>();

  get ids(): string[] {
    return [...this.parents.keys()];
  }

  /** The caller and all that descends from it. */
  branch(of: string): string[] {
    const found = [of];
    for (const [id, parent] of this.parents) if (parent !== null && found.includes(parent)) found.push(id);
    return found;
  }

  levelOf(id: string): number {
    const parent = this.parents.get(id) ?? null;
    return parent === null || !this.parents.has(parent) ? 1 : this.levelOf(parent) + 1;
  }

  stop(of: string): void {
    for (const id of this.branch(of)) this.ended.add(id);
  }
}

const deployFields = (level: number, parent: string | null): object => ({
  agent_type: `L${level}`,
  parent_agent: parent,
  config: { prompt: 'x' },
});

async function grow(coordinator: ReturnType<typeof openPaperCoordinator>, random: Random): Promise<Model> {
  const model = new Model();
  const size = 8 + random.below(10);
  for (let n = 0; n < size; n++) {
    const possible = model.ids.filter((id) => model.levelOf(id) < 8);
    const parent = random.chance(0.25) ? null : (possible[random.below(possible.length)] ?? null);
    const level = parent === null ? 1 : model.levelOf(parent) + 1;
    const outside = parent === null && random.chance(0.3) ? `boss_${n}` : parent;
    const { answer } = await coordinator.ask('operator', 'deploy', deployFields(level, outside));
    model.parents.set((answer as AgentRecord).agent_id, outside);
  }
  return model;
}

const idsIn = (nodes: readonly TreeNode[]): string[] =>
  nodes.flatMap(({ agent_id, children }) => [agent_id, ...idsIn(children)]);

const verbs = [
  'deploy',
  'deploy_batch',
  'status',
  'list',
  'stop',
  'wait',
  'inbox',
  'tree',
  'report',
  'submit_report',
] as const;

/** One call, and what the model says of it; a text is a disagreement. */
async function callOnce(
  { ask }: ReturnType<typeof openPaperCoordinator>,
  model: Model,
  random: Random,
): Promise<{ readonly allowed: boolean; readonly disagreement: string | null }> {
  const pick = <T>(from: readonly T[]): T => from[random.below(from.length)] as T;
  const caller = pick(model.ids);
  const target = random.chance(0.1) ? 'agent_20200101_000000_999' : random.chance(0.05) ? 'boss_0' : pick(model.ids);
  // Stopping empties the tree, so it is rarer.
  const verb = random.chance(0.7) ? pick(verbs.filter((one) => one !== 'stop')) : pick(verbs);
  const isAlive = !model.ended.has(caller);
  const mine = model.branch(caller);
  const isMine = mine.includes(target);
  const fields = {
    deploy: deployFields(model.levelOf(target) + 1, target),
    deploy_batch: { agents: [deployFields(model.levelOf(target) + 1, target)] },
    status: { agent_id: target },
    list: { parent_agent: random.chance(0.5) ? target : null },
    stop: { agent_id: target },
    wait: { agent_ids: [target], timeout: 0 },
    inbox: { agent_id: target },
    tree: { agent_id: target },
    report: { agent_id: target },
    submit_report: { agent_id: target, markdown: '# Report' },
  }[verb];
  const { code, answer } = await ask(tokenOf(caller), verb, fields);
  const disagree = (what: string): { allowed: boolean; disagreement: string } => ({
    allowed: false,
    disagreement: `${verb} of ${caller} on ${target} (${isMine ? 'its own' : 'not its own'}): ${what}, answer ${code} ${JSON.stringify(answer)?.slice(0, 200)}`,
  });
  const agree = (allowed: boolean) => ({ allowed, disagreement: null });

  if (!isAlive) return code === 'UNAUTHENTICATED' ? agree(false) : disagree('the token of one that has ended');
  if (verb === 'list') {
    const parent = (fields as { parent_agent: string | null }).parent_agent;
    const expected = mine.filter((id) => parent === null || model.parents.get(id) === parent).sort();
    const seen = (answer as { agents: AgentRecord[] }).agents.map(({ agent_id }) => agent_id).sort();
    return JSON.stringify(seen) === JSON.stringify(expected) ? agree(true) : disagree(`expected ${expected.join()}`);
  }
  if (verb === 'deploy' || verb === 'deploy_batch') {
    const expected = !isMine ? 'NOT_ALLOWED' : model.ended.has(target) ? 'HIERARCHY_VIOLATION' : 'ok';
    const isTooDeep = model.levelOf(target) + 1 > 9;
    if (code !== (expected === 'ok' && isTooDeep ? 'HIERARCHY_VIOLATION' : expected))
      return disagree(`expected ${expected}`);
    const born =
      code !== 'ok' ? [] : verb === 'deploy' ? [answer as AgentRecord] : (answer as { agents: AgentRecord[] }).agents;
    for (const { agent_id, parent_agent } of born) {
      if (parent_agent !== target) return disagree('another parent');
      model.parents.set(agent_id, target);
    }
    return agree(code === 'ok');
  }
  if (!isMine) {
    // The very same as for one that nobody knows: nothing of it may show.
    const unknown = 'agent_20200101_000000_998';
    const other = await ask(
      tokenOf(caller),
      verb,
      JSON.parse(JSON.stringify(fields).replaceAll(target, unknown)) as object,
    );
    const same =
      JSON.stringify([code, answer]).replaceAll(target, unknown) === JSON.stringify([other.code, other.answer]);
    return same && code === 'UNKNOWN_AGENT'
      ? agree(false)
      : disagree(`unlike an unknown one: ${JSON.stringify(other)}`);
  }
  if (code !== 'ok') return disagree('expected to be allowed');
  if (verb === 'stop') model.stop(target);
  if (verb === 'tree') {
    const seen = idsIn((answer as { roots: TreeNode[] }).roots).sort();
    if (JSON.stringify(seen) !== JSON.stringify(model.branch(target).sort())) return disagree('another branch');
  }
  return agree(true);
}

test('10,000 calls of agents upon trees: 0 disagreements with the model (G20)', { timeout: 120_000 }, async () => {
  const counts = { calls: 0, allowed: 0 };
  const disagreements: string[] = [];
  for (let tree = 0; counts.calls < calls; tree++) {
    const random = new Random(`scope ${tree}`);
    const coordinator = openPaperCoordinator();
    const model = await grow(coordinator, random);
    for (let call = 0; call < callsPerTree; call++) {
      const { allowed, disagreement } = await callOnce(coordinator, model, random);
      counts.calls += 1;
      if (allowed) counts.allowed += 1;
      if (disagreement !== null) disagreements.push(`tree ${tree}: ${disagreement}`);
    }
  }
  expect(disagreements).toEqual([]);
  expect(counts.calls).toBe(calls);
  // Neither all allowed nor all refused: both sides were looked at.
  expect(counts.allowed / counts.calls).toBeGreaterThan(0.1);
  expect(counts.allowed / counts.calls).toBeLessThan(0.9);
});
