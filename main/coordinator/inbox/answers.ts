/**
 * `responses/`: the answer of each file request, written once its agent has started or never will. An answer is owed until
 * it is written: a full disk or a missing folder delays it.
 */
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isEnded } from '../../../protocol/agent.ts';
import { type Failure, failureToAnswer } from '../../../protocol/failures.ts';
import { agentRecord, type RecordOf } from '../../../protocol/record.ts';
import type { Clock } from '../clock.ts';
import { isAnswerable } from '../commands/deploy.ts';
import type { LifeWatch } from '../events/life-watch.ts';
import { makeFolder, replaceFile } from '../ledger/atomic-file.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { StateFiles } from '../ledger/state-files.ts';
import type { Layout } from '../root/layout.ts';

/** That an answer exists is noted in the journal a little later, many at a time: noted twice is harmless, and so is written twice. */
const noteAfterMs = 250;

/** An answer that could not be written is tried again after this, doubled each time up to the longest. */
const firstRetryMs = 250;
const longestRetryMs = 4000;

export interface AnswersOptions {
  readonly layout: Layout;
  readonly ledger: Ledger;
  readonly lives: LifeWatch;
  readonly stateFiles: StateFiles;
  readonly clock: Clock;
  readonly log: (line: string) => void;
  readonly record?: RecordOf;
}

export class Answers {
  readonly #options: AnswersOptions;
  readonly #record: RecordOf;
  #unnoted: string[] = [];
  #timer: NodeJS.Timeout | null = null;
  readonly #closing = new AbortController();

  constructor(options: AnswersOptions) {
    this.#options = options;
    this.#record = options.record ?? agentRecord;
  }

  /** Writes the answer of a deploy request as soon as there is one; false when the coordinator stopped first. */
  async whenStarted(agentId: string, requestId: string): Promise<boolean> {
    const { lives, stateFiles } = this.#options;
    const agent = await lives.when(
      agentId,
      (now) => ['running', 'paused', 'stopping'].includes(now.life.status) || isEnded(now),
    );
    stateFiles.writeNow(agentId); // Clients read it right after the answer.
    const written =
      agent.life.status === 'never_began'
        ? await this.failure(requestId, agent.life.failure)
        : await this.success(requestId, this.#record(agent));
    if (written) this.#note(requestId);
    return written;
  }

  /** Writes the answer of a batch as soon as each of its agents has begun, never will, or is known to wait. */
  async whenAdmitted(agentIds: readonly string[], requestId: string): Promise<void> {
    const { lives, stateFiles } = this.#options;
    const agents = await Promise.all(agentIds.map((id) => lives.when(id, (agent) => isAnswerable(agent, 'admission'))));
    for (const id of agentIds) stateFiles.writeNow(id);
    if (await this.success(requestId, { agents: agents.map(this.#record) })) this.#note(requestId);
  }

  /** Settles when the answer is written; false when the coordinator stopped first. Of several answers the last stands. */
  success(requestId: string, body: unknown): Promise<boolean> {
    const { layout } = this.#options;
    return this.#write(layout.responseFile(requestId), body, layout.errorFile(requestId));
  }

  /** As `success`. A response that stands there already stays: this may be the refusal of another request with the same id. */
  failure(requestId: string, failure: Failure): Promise<boolean> {
    return this.#write(this.#options.layout.errorFile(requestId), failureToAnswer(failure, requestId), null);
  }

  /** After a start: answers that a predecessor owed. */
  resume(): void {
    const { requests, agents } = this.#options.ledger.current;
    for (const [requestId, { agent_id, batch, answered }] of requests) {
      if (answered) continue;
      if (agent_id !== null && agents.get(agent_id)?.facts.door === 'file') {
        void this.whenStarted(agent_id, requestId);
      }
      if (batch?.door === 'file' && batch.agent_ids.every((id) => agents.has(id))) {
        void this.whenAdmitted(batch.agent_ids, requestId);
      }
    }
  }

  /** Notes what is not noted yet, so that a clean stop leaves nothing to repeat. */
  async close(): Promise<void> {
    this.#closing.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#commitNotes();
  }

  async #write(path: string, body: unknown, outdated: string | null): Promise<boolean> {
    const text = `${JSON.stringify(body, null, 2)}\n`;
    for (let waitMs = firstRetryMs; ; waitMs = Math.min(2 * waitMs, longestRetryMs)) {
      try {
        replaceFile(path, text);
        if (outdated !== null) rmSync(outdated, { force: true });
        return true;
      } catch (error) {
        if (waitMs === firstRetryMs) this.#options.log(`the answer ${path} is tried again: ${String(error)}`);
      }
      if (!(await this.#hasWaited(waitMs))) return false;
    }
  }

  /** Makes the folder again in case it was removed, and waits; false when the coordinator stops meanwhile. */
  async #hasWaited(ms: number): Promise<boolean> {
    try {
      makeFolder(this.#options.layout.responses);
    } catch {
      // The next try to write says what is wrong.
    }
    try {
      await delay(ms, undefined, { signal: this.#closing.signal });
      return true;
    } catch {
      return false;
    }
  }

  #note(requestId: string): void {
    this.#unnoted.push(requestId);
    this.#timer ??= setTimeout(() => void this.#commitNotes(), noteAfterMs).unref();
  }

  async #commitNotes(): Promise<void> {
    this.#timer = null;
    const { ledger, clock, log } = this.#options;
    const events = this.#unnoted.map(
      (request_id) => ({ type: 'request_answered', at: clock.now(), request_id }) as const,
    );
    this.#unnoted = [];
    if (events.length === 0) return;
    await ledger.commit(events).catch((error: unknown) => log(`answers could not be noted: ${String(error)}`));
  }
}
