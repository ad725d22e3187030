/**
 * The coordinator, as a table of contents:
 *
 *   file | HTTP | command  ->  parse  ->  command  ->  admission  ->  journal (durable)  ->  fleet  ->  start, stop
 *                                                                                  \->  state files, snapshot, answers, hub
 */
import type { Config } from '../../protocol/config.ts';
import type { Sequenced } from '../../protocol/events.ts';
import { fail, ok, type Result } from '../../protocol/failures.ts';
import { agentsInOrder, type Fleet, fleet as fold } from '../../protocol/fleet.ts';
import { parseRequest } from '../../protocol/parse-request.ts';
import { agentRecord } from '../../protocol/record.ts';
import type { DeployRequest, ZiggieRequest } from '../../protocol/request.ts';
import { Scheduler } from './admission/scheduler.ts';
import type { Clock } from './clock.ts';
import { deploy, type DeployCall, storageFailure } from './commands/deploy.ts';
import { report } from './commands/report.ts';
import { mayReach, reach } from './commands/rights.ts';
import { stop } from './commands/stop.ts';
import { EventHub } from './events/hub.ts';
import { LifeWatch } from './events/life-watch.ts';
import type { Coordinator, DeployAnswer } from './facade.ts';
import { Answers } from './inbox/answers.ts';
import { fileRequests } from './inbox/file-requests.ts';
import { Inbox } from './inbox/inbox.ts';
import { Journal, JournalError } from './ledger/journal.ts';
import { readJournal } from './ledger/journal-read.ts';
import { Ledger } from './ledger/ledger.ts';
import { SnapshotStore } from './ledger/snapshot.ts';
import { StateFiles } from './ledger/state-files.ts';
import type { Ownership } from './process/ownership.ts';
import { Supervisor } from './process/supervisor.ts';
import { recover } from './recover.ts';
import type { Layout } from './root/layout.ts';
import type { Runtimes } from './runtimes/registry.ts';
import { hashToken, principalOf } from './tokens.ts';

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

/** STORAGE_UNAVAILABLE when the journal is damaged; nothing is changed then. The root must be locked. */
export async function readyCoordinator(options: CoordinatorOptions): Promise<Result<Readied>> {
  const { layout, config, runtimes, ownership, clock, log, url } = options;
  const snapshots = new SnapshotStore(layout.snapshot, log);
  const restored = await restore(layout, snapshots);
  if (!restored.ok) return restored;

  const hub = new EventHub(log);
  const journal = Journal.open(layout.journal, restored.value.seq + 1);
  const ledger = new Ledger(restored.value, journal, hub);
  const fleet = (): Fleet => ledger.current;
  const lives = new LifeWatch(fleet);
  const stateFiles = new StateFiles(layout, fleet, log);
  const supervisor = new Supervisor({
    layout,
    config,
    ledger,
    runtimes,
    ownership,
    clock,
    url,
    log,
    onSlotFree: () => scheduler.pump(),
  });
  const scheduler = new Scheduler({ ledger, supervisor, limits: config.limits, clock, log });
  const answers = new Answers({ layout, ledger, lives, stateFiles, clock, log });
  hub.subscribe((event) => lives.onEvent(event));
  hub.subscribe((event) => stateFiles.onEvent(event));
  hub.subscribe(() => snapshots.saveSoon(fleet));

  const deps = { layout, config, ledger, scheduler, supervisor, lives, runtimes, clock };
  const run = (call: DeployCall): Promise<Result<DeployAnswer>> => guarded(() => deploy(deps, call));
  const operatorHash = hashToken(options.operatorToken);

  const coordinator: Coordinator = {
    root: layout.root,
    fleet,
    subscribe: (listener) => hub.subscribe(listener),
    eventsSince: (since) => hub.since(since, ledger.current.seq),
    deploy: (body, by, wait) =>
      parsed(body, 'deploy', (request) => run({ request, by, door: 'http', wait, onDurable: () => undefined })),
    stop: (agentId, by, reason) => guarded(() => stop(deps, agentId, by, reason)),
    get: (agentId, by) => {
      const found = reach(fleet(), by, agentId);
      return found.ok ? ok(agentRecord(found.value)) : found;
    },
    list: (by) =>
      agentsInOrder(fleet())
        .filter(({ facts }) => mayReach(fleet(), by, facts.agent_id))
        .map(agentRecord),
    report: (agentId, by) => report(fleet(), config, agentId, by),
    logFile: (agentId, by) => {
      const found = reach(fleet(), by, agentId);
      return found.ok ? ok(found.value.facts.log_file) : found;
    },
    principalOf: (token) => principalOf(token, operatorHash, fleet()),
    close,
  };
  const inbox = new Inbox({
    layout,
    clock,
    log,
    handle: fileRequests({ coordinator, answers, deploy: run, principalOf: (token) => coordinator.principalOf(token) }),
    refuse: (requestId, failure) => answers.failure(requestId, failure),
  });

  return ok({ coordinator, begin });

  async function begin(): Promise<void> {
    await ledger.commit([
      {
        type: 'coordinator_started',
        at: clock.now(),
        pid: process.pid,
        version: options.version,
        boot_id: ownership.bootId,
      },
    ]);
    stateFiles.rebuild();
    answers.resume();
    await recover({ layout, ledger, ownership, supervisor, scheduler, clock, log });
    inbox.open();
  }

  async function close(reason: string): Promise<void> {
    await inbox.close();
    scheduler.close();
    supervisor.close();
    await answers.close();
    await ledger
      .commit([{ type: 'coordinator_stopped', at: clock.now(), reason }])
      .catch((error: unknown) => log(String(error)));
    stateFiles.flush();
    snapshots.close();
    await snapshots.save(ledger.current);
    await journal.close();
  }
}

/** The snapshot, then every event after it. A snapshot ahead of the journal cannot be right: the journal wins. */
async function restore(layout: Layout, snapshots: SnapshotStore): Promise<Result<Fleet>> {
  let state = await snapshots.read();
  const read = readJournal(layout.journal, state.seq, (event: Sequenced) => {
    state = fold(state, event);
  });
  return read.ok ? ok(state) : read;
}

/** A disk that refuses is expected trouble; everything else that throws is a bug and is left to the door. */
async function guarded<T>(work: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
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
