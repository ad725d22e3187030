/**
 * The coordinator, as a table of contents:
 *
 *   file | HTTP | command  ->  parse  ->  command  ->  admission  ->  journal (durable)  ->  fleet  ->  start, stop
 *                                                                                  \->  state files, snapshot, answers, hub
 */
import { basename } from 'node:path';
import { isActive } from '../../protocol/agent.ts';
import type { Config } from '../../protocol/config.ts';
import { type Failure, fail, ok, type Result } from '../../protocol/failures.ts';
import { agentsInOrder, type Fleet } from '../../protocol/fleet.ts';
import { parseRequest } from '../../protocol/parse-request.ts';
import { membersIfOver } from '../../protocol/groups.ts';
import { withGroup } from '../../protocol/group-record.ts';
import { agentRecord, measuredRecord, type RecordOf, type Usages } from '../../protocol/record.ts';
import type { ZiggieRequest } from '../../protocol/actions.ts';
import type { DeployRequest } from '../../protocol/request.ts';
import { Budgets } from './admission/budgets.ts';
import { DeployRate } from './admission/deploy-rate.ts';
import { Scheduler } from './admission/scheduler.ts';
import { watchBalance } from './balance-watch.ts';
import { ApprovalExpiry } from './approvals/expiry.ts';
import type { Clock } from './clock.ts';
import { deployBatch } from './commands/deploy-batch.ts';
import { deploy, type DeployCall, storageFailure } from './commands/deploy.ts';
import { events } from './commands/events.ts';
import { groupMetrics } from './commands/group-metrics.ts';
import { metrics } from './commands/metrics.ts';
import { perform } from './commands/perform.ts';
import { reconcile } from './commands/reconcile.ts';
import { Repeats } from './commands/repeats.ts';
import { requestHash } from './commands/request-hash.ts';
import { mayReach, operatorOnly, reach } from './commands/rights.ts';
import { samples } from './commands/samples.ts';
import { Searches } from './commands/search.ts';
import { usageHistory } from './commands/usage-history.ts';
import { stop } from './commands/stop.ts';
import { WaitingPrompts } from './commands/waiting-prompts.ts';
import { EventHub } from './events/hub.ts';
import { FleetWatch } from './events/fleet-watch.ts';
import { JournalPages } from './events/journal-pages.ts';
import { LifeWatch } from './events/life-watch.ts';
import { PastEvents } from './events/past-events.ts';
import { watchTimeGaps } from './events/time-gap.ts';
import type { Coordinator, DeployAnswer } from './facade.ts';
import { Answers } from './inbox/answers.ts';
import { fileRequests } from './inbox/file-requests.ts';
import { Inbox } from './inbox/inbox.ts';
import { Journal, JournalError } from './ledger/journal.ts';
import { JournalWatch } from './ledger/journal-watch.ts';
import { Ledger } from './ledger/ledger.ts';
import { restore } from './ledger/restore.ts';
import { Retention } from './ledger/retention.ts';
import { RunsWatch } from './ledger/runs-watch.ts';
import { SnapshotStore } from './ledger/snapshot.ts';
import { StateFiles } from './ledger/state-files.ts';
import { isStorageError } from './ledger/storage-error.ts';
import { BudgetGuard } from './process/budget-guard.ts';
import { OverwatchFiles } from './overwatch/overwatch-files.ts';
import { OverwatchLog } from './overwatch/overwatch-log.ts';
import type { Ownership } from './process/ownership.ts';
import { type Measured, unmeasured } from './process/sampler.ts';
import { Supervisor } from './process/supervisor.ts';
import { recover } from './recover.ts';
import type { Layout } from './root/layout.ts';
import { ConfigWatch } from './root/config-watch.ts';
import { Settings } from './root/settings.ts';
import { removeUnownedRuns } from './root/unowned-runs.ts';
import { History } from './samples/history.ts';
import { totalOf } from './samples/agent-total.ts';
import { MeasuredFeed } from './samples/measured-now.ts';
import type { Runtimes } from './runtimes/registry.ts';
import { StorageHealth } from './storage-health.ts';
import { hashToken, isAlive, principalOf } from './tokens.ts';

export interface CoordinatorOptions {
  readonly layout: Layout;
  readonly config: Config;
  readonly runtimes: Runtimes;
  readonly ownership: Ownership;
  readonly clock: Clock;
  readonly log: (line: string) => void;
  readonly operatorToken: string;
  readonly version: string;
  readonly url: () => string;
}

/** A coordinator that has read its ledger and works on nothing yet. `begin` it once its doors are known. */
export interface Readied {
  readonly coordinator: Coordinator;
  begin(): Promise<void>;
}

/**
 * With a damaged journal it is read-only: it shows what the journal told up to the damage, answers every change with
 * STORAGE_UNAVAILABLE, and touches neither files nor agents. The root must be locked.
 */
export async function readyCoordinator(options: CoordinatorOptions): Promise<Readied> {
  const { layout, runtimes, ownership, clock, log, url } = options;
  const settings = new Settings({
    path: layout.config,
    config: options.config,
    clock,
    log,
    onChange: () => scheduler.pump(),
  });
  const configWatch = new ConfigWatch({ path: layout.config, look: () => settings.look(), log });
  const config = settings.live;
  const health = new StorageHealth(clock, log);
  const snapshots = new SnapshotStore(layout.snapshot, log, health);
  const { fleet: restored, damage } = restore(layout.journal, await snapshots.read());
  if (damage !== null) health.trouble('journal', damageWords(damage));

  const hub = new EventHub(log);
  const journal =
    damage === null
      ? Journal.open(layout.journal, restored.seq + 1)
      : Journal.readOnly(layout.journal, restored.seq + 1, damage.message);
  const journalWatch = new JournalWatch(health, clock);
  const onTrouble = (error: JournalError): void => {
    if (damage === null) journalWatch.onTrouble(error); // Waiting does not mend damage.
  };
  const ledger = new Ledger(restored, journal, hub, onTrouble);
  journalWatch.follow(ledger);
  const refusedOnce = new Promise<void>((resolve) => health.subscribe(resolve));
  const fleet = (): Fleet => ledger.current;
  const budgets = new Budgets(config.budget, clock, (agentId) => supervisor.ranSeconds(agentId));
  const lives = new LifeWatch(fleet);
  const fleetWatch = new FleetWatch(fleet);
  const pastEvents = new PastEvents(layout.journal, () => ledger.current.seq);
  const measuredNow: RecordOf = (agent) => {
    const measured = supervisor.measuredOf(agent.facts.agent_id);
    const now = measured === unmeasured ? agentRecord(agent) : measuredRecord(agent, usagesOf(measured));
    return budgets.shown(fleet(), agent, now);
  };
  const record: RecordOf = (agent) =>
    withGroup(measuredNow(agent), agent, fleet(), config.balance, () => Date.parse(clock.now()));
  // Written at each turn of a life, which must not cost more the larger the group is: as it is now once it is over.
  const recordForFile: RecordOf = (agent) =>
    membersIfOver(fleet(), agent).length > 1 ? record(agent) : measuredNow(agent);
  const stateFiles = new StateFiles(layout, fleet, health, recordForFile);
  const pages = new JournalPages({ folder: layout.journal, hub, last: () => ledger.current.seq });
  const overwatch = new OverwatchLog({
    files: new OverwatchFiles(layout.overwatchLog),
    pages,
    fleet,
    now: () => clock.now(),
    log,
  });
  const retention = new Retention({ layout, ledger, config, clock, log });
  const isLiving = (agentId: string): boolean => ledger.current.living.has(agentId);
  const history = new History({ path: layout.samples, clock, log, isLiving });
  const measuredFeed = new MeasuredFeed();
  const prompts = new WaitingPrompts({ layout, isKnown: (agentId) => ledger.pending.agents.has(agentId) });
  const supervisor = new Supervisor({
    layout,
    config,
    ledger,
    runtimes,
    ownership,
    clock,
    url,
    log,
    placePrompt: (agentId) => prompts.place(agentId),
    costCap: (facts) => budgets.costCap(ledger.pending, facts),
    onSample: (agentId, sample) => {
      history.onSample(agentId, sample);
      measuredFeed.onSample(agentId, sample);
    },
    onLook: () => {
      history.onLook();
      measuredFeed.onLook(clock.now());
    },
    onSlotFree: () => scheduler.pump(),
    onBackoff: (agent) => scheduler.backOff(agent),
    onUnbegun: (facts) => scheduler.startAgain(facts),
  });
  const scheduler = new Scheduler({ ledger, supervisor, config, budgets, clock, log });
  const guard = new BudgetGuard({ ledger, budgets, stop: (agents, order) => supervisor.stop(agents, order), log });
  const answers = new Answers({ layout, ledger, lives, stateFiles, clock, log, record });
  hub.subscribe(() => journalWatch.onDurable());
  hub.subscribe((event) => lives.onEvent(event));
  hub.subscribe((event) => guard.onEvent(event));
  hub.subscribe(() => fleetWatch.onEvent());
  hub.subscribe((event) => stateFiles.onEvent(event));
  hub.subscribe(() => snapshots.saveSoon(fleet));
  const approvalExpiry = new ApprovalExpiry({ ledger, clock, log });
  hub.subscribe((event) => approvalExpiry.onEvent(event));
  hub.subscribe(() => overwatch.onEvent());
  hub.subscribe(({ event }) => {
    if (event.type === 'agent_usage') history.onSpent(fleet().day, totalOf(fleet().agents.get(event.agent_id)));
  });

  const deps = {
    layout,
    config,
    settings,
    ledger,
    scheduler,
    supervisor,
    ownership,
    lives,
    fleetWatch,
    runtimes,
    clock,
    record,
    budgets,
    prompts,
    repeats: new Repeats(ledger, clock),
  };
  const deployRate = new DeployRate(() => config.limits.agent_deploys_per_second, clock);
  const searches = new Searches(fleet, clock);
  const runsWatch = new RunsWatch(layout.runs, health);
  const run = (call: DeployCall): Promise<Result<DeployAnswer>> => guarded(() => deploy(deps, call), runsWatch);
  const operatorHash = hashToken(options.operatorToken);

  const coordinator: Coordinator = {
    root: layout.root,
    config,
    fleet,
    subscribe: (listener) => hub.subscribe(listener),
    eventsSince: (since) => hub.since(since, ledger.current.seq),
    pastEvents: (since) => pastEvents.since(since),
    deploy: (body, by, wait) =>
      parsed(body, 'deploy', (request) => run({ request, by, door: 'http', wait, onDurable: () => undefined })),
    async perform(request, by, call) {
      const isDeploying = request.action === 'deploy' || request.action === 'deploy_batch';
      const allowed = isDeploying ? deployRate.take(by) : ok(undefined);
      return allowed.ok ? guarded(() => perform(deps, request, by, call), runsWatch) : allowed;
    },
    stop: (agentId, by, reason) => guarded(() => stop(deps, agentId, by, reason), runsWatch),
    get: (agentId, by) => {
      const found = reach(fleet(), by, agentId);
      return found.ok ? ok(record(found.value)) : found;
    },
    list: (by) =>
      agentsInOrder(fleet())
        .filter(({ facts }) => mayReach(fleet(), by, facts.agent_id))
        .map(record),
    logFile: (agentId, by) => {
      const found = reach(fleet(), by, agentId);
      return found.ok ? ok(found.value.facts.log_file) : found;
    },
    search: (asked, by, signal) => searches.search(asked, by, signal),
    principalOf: (token) => principalOf(token, operatorHash, fleet()),
    waiting: () => fleetWatch.waiting,
    onTokenEnd(by, listener) {
      const unsubscribe = hub.subscribe(() => {
        if (isAlive(by, fleet())) return;
        unsubscribe();
        listener();
      });
      return unsubscribe;
    },
    events: (asked, by) => guarded(() => events({ fleet, pages }, asked, by), runsWatch),
    samples: (agentId, by) => samples({ fleet, record, samplesOf: (id) => supervisor.samplesOf(id) }, agentId, by),
    usageHistory: (asked, by) => usageHistory({ fleet, history }, asked, by),
    measured(by) {
      const { at, agents } = measuredFeed.current;
      return { at, agents: agents.filter(([agentId]) => mayReach(fleet(), by, agentId)) };
    },
    onMeasured: (listener) => measuredFeed.subscribe(listener),
    metrics: (by) => ({
      ...metrics(fleet(), by),
      groups: groupMetrics(fleet(), by, config.balance, Date.parse(clock.now())),
    }),
    settings(by) {
      const allowed = operatorOnly(by);
      return allowed.ok ? settings.read() : allowed;
    },
    async patchSettings(patch, by, against = null) {
      const allowed = operatorOnly(by);
      return allowed.ok ? guarded(() => settings.patch(patch, against), runsWatch) : allowed;
    },
    onConfig: (listener) => settings.subscribe(listener),
    async reconcile(by) {
      const allowed = operatorOnly(by);
      if (!allowed.ok) return allowed;
      if (damage !== null) return { ok: false, failure: damage };
      return ok(await reconcile({ ledger, inbox, supervisor, stateFiles, snapshots, health }));
    },
    degraded: () => health.degraded,
    onHealth: (listener) => health.subscribe(listener),
    close,
  };
  const inbox = new Inbox({
    layout,
    clock,
    log,
    handle: fileRequests({
      coordinator,
      answers,
      deploy: run,
      deployBatch: (call) => guarded(() => deployBatch(deps, call), runsWatch),
      principalOf: (token) => coordinator.principalOf(token),
      requiresToken: () => config.require_tokens,
      isKnown: (request) => ledger.pending.requests.get(request.request_id)?.sha256 === requestHash(request),
    }),
    refuse: (requestId, failure) => answers.failure(requestId, failure),
  });

  let endGapWatch = (): void => undefined;
  let endBalanceWatch = (): void => undefined;

  return { coordinator, begin };

  async function begin(): Promise<void> {
    if (damage !== null) {
      log(`read-only: ${damage.message}`);
      return;
    }
    removeUnownedRuns(layout, ledger.pending, log);
    const known = agentsInOrder(fleet());
    history.begin(
      fleet().day,
      known.some(isActive),
      known.flatMap((agent) => totalOf(agent) ?? []),
    );
    const started = {
      type: 'coordinator_started',
      at: clock.now(),
      pid: process.pid,
      version: options.version,
      boot_id: ownership.bootId,
    } as const;
    // On a full disk it starts, too: what runs must be watched, and whoever asks must be told.
    await Promise.race([ledger.commitFact([started]).catch((error: unknown) => log(String(error))), refusedOnce]);
    endGapWatch = watchTimeGaps(clock, noteGap);
    stateFiles.rebuild();
    answers.resume();
    recover({ layout, ledger, ownership, supervisor, scheduler, clock, log });
    guard.begin();
    inbox.open();
    configWatch.begin();
    retention.begin();
    overwatch.begin();
    endBalanceWatch = watchBalance({ ledger, config, clock, log });
    void approvalExpiry.look();
  }

  function noteGap(seconds: number): void {
    history.onGap(seconds);
    log(`this coordinator did not run for ${seconds} s (suspended, asleep or overloaded)`);
    void ledger
      .commit([{ type: 'time_gap', at: clock.now(), seconds }])
      .catch((error: unknown) => log(`not recorded: ${String(error)}`));
  }

  async function close(reason: string): Promise<void> {
    endGapWatch();
    endBalanceWatch();
    await configWatch.close();
    approvalExpiry.close();
    retention.close();
    runsWatch.close();
    await inbox.close();
    fleetWatch.close();
    guard.close();
    scheduler.close();
    supervisor.close();
    if (damage !== null) return;
    prompts.close();
    await answers.close();
    await ledger
      .commit([{ type: 'coordinator_stopped', at: clock.now(), reason }])
      .catch((error: unknown) => log(String(error)));
    await history.close();
    await overwatch.close();
    journalWatch.close();
    stateFiles.close();
    snapshots.close();
    await snapshots.save(ledger.current);
    await journal.close();
  }
}

const usagesOf = ({ cpuPercent, memoryMb, cpuPercentAvg, memoryMbPeak }: Measured): Usages => ({
  cpu_percent: cpuPercent,
  memory_mb: memoryMb,
  cpu_percent_avg: cpuPercentAvg,
  memory_mb_peak: memoryMbPeak,
});

/** For everybody's eyes: the place in the journal, but not where the root lies. */
function damageWords({ details }: Failure): string {
  const { reason, file, offset } = details ?? {};
  const place = typeof file === 'string' ? `${basename(file)} at byte ${String(offset)}` : 'its end is missing';
  return `${String(reason)}: ${place}. Nothing is written or started, running agents are left alone, and what is shown ends there. The coordinator's log says what to do.`;
}

/** A disk that refuses is expected trouble; everything else that throws is a bug and is left to the door. */
async function guarded<T>(work: () => Promise<Result<T>>, runsWatch: RunsWatch): Promise<Result<T>> {
  try {
    return await work();
  } catch (error) {
    if (!isStorageError(error)) throw error;
    if (!(error instanceof JournalError)) runsWatch.onTrouble(error); // The journal's own trouble is watched by the ledger.
    return { ok: false, failure: storageFailure(error) };
  }
}

async function parsed<T>(
  body: unknown,
  action: 'deploy',
  work: (request: DeployRequest) => Promise<Result<T>>,
): Promise<Result<T>> {
  const request: Result<ZiggieRequest> = parseRequest(body);
  if (!request.ok) return request;
  if (request.value.action === action) return work(request.value);
  return fail(
    'UNKNOWN_ACTION',
    `This address takes action "${action}"; given was "${request.value.action}". Use the address of that action.`,
  );
}
