/**
 * What is old enough to go: branches that ended more than `retention_days` ago leave the fleet with their files (state, log,
 * prompt and runs, answers), and then the journal's segments of that age. Completion reports stay: they are the work.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Agent, isEnded } from '../../../protocol/agent.ts';
import type { Config } from '../../../protocol/config.ts';
import { agentsInOrder, type Fleet, subtree } from '../../../protocol/fleet.ts';
import { agentRecord } from '../../../protocol/record.ts';
import type { Clock } from '../clock.ts';
import type { Layout } from '../root/layout.ts';
import type { Ledger } from './ledger.ts';
import { listSegments } from './segments.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** Not at once: a start has better things to do. */
const firstAfterMs = 60_000;

export interface RetentionOptions {
  readonly layout: Layout;
  readonly ledger: Ledger;
  readonly config: Pick<Config, 'retention_days'>;
  readonly clock: Clock;
  readonly log: (line: string) => void;
}

export class Retention {
  readonly #options: RetentionOptions;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** A minute after the start, and then every day. */
  begin(): void {
    this.#later(firstAfterMs);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Tidies now. What cannot be done is left for the next day; nothing depends on it. */
  async tidy(): Promise<void> {
    const { ledger, clock, config, log } = this.#options;
    const before = Date.parse(clock.now()) - config.retention_days * dayMs;
    const agents = oldBranches(ledger.pending, before); // What is on its way to run once more is not old.
    const requests = oldRequests(ledger.current, before);
    const batches = [...ledger.current.requests].flatMap(([id, { batch }]) => (batch === undefined ? [] : [id]));
    const at = clock.now();
    await ledger.commit([
      ...(agents.length === 0
        ? []
        : [{ type: 'agents_forgotten', at, agent_ids: agents.map(({ facts }) => facts.agent_id) } as const]),
      ...(requests.length === 0 ? [] : [{ type: 'requests_forgotten', at, request_ids: requests } as const]),
    ]);
    const gone = agents.filter(({ facts }) => !ledger.current.agents.has(facts.agent_id));
    for (const agent of gone) this.#removeFiles(agent);
    for (const request of batches) if (!ledger.current.requests.has(request)) this.#removeAnswers(request);
    for (const request of requests) this.#remove(this.#options.layout.errorFile(request));
    this.#removeOldIn(this.#options.layout.rejected, before);
    this.#removeOwnedByNobody(before);
    await this.#shortenJournal(before);
    if (gone.length > 0) log(`${gone.length} agents that ended over ${config.retention_days} days ago were removed`);
  }

  #later(afterMs: number): void {
    this.#timer = setTimeout(() => {
      this.#later(dayMs);
      this.tidy().catch((error: unknown) => this.#options.log(`old files could not be removed: ${String(error)}`));
    }, afterMs).unref();
  }

  #removeFiles({ facts }: Agent): void {
    const { layout } = this.#options;
    for (const path of [
      layout.stateFile(facts.agent_id),
      layout.logFile(facts.agent_id),
      layout.runFolder(facts.agent_id),
    ]) {
      this.#remove(path);
    }
    this.#removeAnswers(facts.request_id);
  }

  #removeAnswers(requestId: string): void {
    this.#remove(this.#options.layout.responseFile(requestId));
    this.#remove(this.#options.layout.errorFile(requestId));
  }

  #remove(path: string): void {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch (error) {
      this.#options.log(`${path} could not be removed: ${String(error)}`);
    }
  }

  /** Answers to requests that only looked, or changed what others own: they are known to nobody but their file. */
  #removeOwnedByNobody(before: number): void {
    const { layout, ledger } = this.#options;
    for (const name of readdirSync(layout.responses)) {
      const requestId = /^(.+)_(?:response|error)\.json$/.exec(name)?.[1];
      if (requestId === undefined || ledger.current.requests.has(requestId)) continue;
      const path = join(layout.responses, name);
      if (isOlder(path, before)) this.#remove(path);
    }
  }

  #removeOldIn(folder: string, before: number): void {
    for (const name of readdirSync(folder)) if (isOlder(join(folder, name), before)) this.#remove(join(folder, name));
  }

  /** Old segments may go once a newer one begins with the whole fleet. The newest goes first out of use, so it is never removed. */
  async #shortenJournal(before: number): Promise<void> {
    const { layout, ledger } = this.#options;
    const isOld = listSegments(layout.journal)
      .slice(0, -1)
      .some(({ path }) => isOlder(path, before));
    if (!isOld) return;
    const base = await ledger.rebase();
    for (const { path, firstSeq } of listSegments(layout.journal)) {
      if (firstSeq < base && isOlder(path, before)) this.#remove(path);
    }
  }
}

/** Agents that ended before, with all below them. */
function oldBranches(fleet: Fleet, before: number): Agent[] {
  const endedBefore = (agent: Agent): boolean =>
    isEnded(agent) && Date.parse(agentRecord(agent).completed_at ?? '') < before;
  return agentsInOrder(fleet).filter(({ facts }) => subtree(fleet, facts.agent_id).every(endedBefore));
}

/** Refusals, and what was done to agents that may live on for years. */
function oldRequests(fleet: Fleet, before: number): string[] {
  return [...fleet.requests.entries()].flatMap(([requestId, { failure, done, at }]) =>
    (failure !== null || done !== undefined) && Date.parse(at) < before ? [requestId] : [],
  );
}

function isOlder(path: string, before: number): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY) < before;
}
