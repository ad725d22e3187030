/** `responses/`: the answer of each file request, written once its agent has started or never will. */
import { isEnded } from '../../../protocol/agent.ts';
import { type Failure, failureToAnswer } from '../../../protocol/failures.ts';
import { agentRecord } from '../../../protocol/record.ts';
import type { Clock } from '../clock.ts';
import type { LifeWatch } from '../events/life-watch.ts';
import { replaceFile } from '../ledger/atomic-file.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { StateFiles } from '../ledger/state-files.ts';
import type { Layout } from '../root/layout.ts';

/** That an answer exists is noted in the journal a little later, many at a time: noted twice is harmless, and so is written twice. */
const noteAfterMs = 250;

export interface AnswersOptions {
  readonly layout: Layout;
  readonly ledger: Ledger;
  readonly lives: LifeWatch;
  readonly stateFiles: StateFiles;
  readonly clock: Clock;
  readonly log: (line: string) => void;
}

export class Answers {
  readonly #options: AnswersOptions;
  #unnoted: string[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  /** Writes the answer of a deploy request as soon as there is one. */
  async whenStarted(agentId: string, requestId: string): Promise<void> {
    const { lives, stateFiles } = this.#options;
    const agent = await lives.when(
      agentId,
      (now) => now.life.status === 'running' || now.life.status === 'stopping' || isEnded(now),
    );
    stateFiles.writeNow(agentId); // Clients read it right after the answer.
    if (agent.life.status === 'never_began') this.failure(requestId, agent.life.failure);
    else this.success(requestId, agentRecord(agent));
    this.#note(requestId);
  }

  success(requestId: string, body: unknown): void {
    this.#write(this.#options.layout.responseFile(requestId), body);
  }

  failure(requestId: string, failure: Failure): void {
    this.#write(this.#options.layout.errorFile(requestId), failureToAnswer(failure, requestId));
  }

  /** After a start: answers that a predecessor owed. */
  resume(): void {
    const { requests, agents } = this.#options.ledger.current;
    for (const [requestId, { agent_id, answered }] of requests) {
      if (answered || agent_id === null || agents.get(agent_id)?.facts.door !== 'file') continue;
      void this.whenStarted(agent_id, requestId);
    }
  }

  /** Notes what is not noted yet, so that a clean stop leaves nothing to repeat. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#commitNotes();
  }

  #write(path: string, body: unknown): void {
    try {
      replaceFile(path, `${JSON.stringify(body, null, 2)}\n`);
    } catch (error) {
      this.#options.log(`the answer ${path} could not be written: ${String(error)}`);
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
