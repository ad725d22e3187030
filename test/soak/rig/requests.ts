/** Who asked for what, through which door, and what they were told: the measure that a run is judged by. */
import type { AgentRecord } from '../../../protocol/record.ts';
import type { SoakRoot } from './soak-root.ts';
import { type Job, promptOf } from './worker.ts';

export interface Asked extends Job {
  readonly door: 'file' | 'http';
  /** The agent named by a 2xx answer; null: no answer came. */
  acknowledged: string | null;
}

export const requestOf = (job: Job) => ({
  request_id: job.requestId,
  agent_type: 'L1',
  config: { prompt: promptOf(job), report_required: false },
});

export class Requests {
  readonly #root: SoakRoot;
  readonly asked: Asked[] = [];
  /** Requests that were answered 503 or 429, which is allowed under a fault, and how often. */
  readonly refused: string[] = [];
  /** Answers that are none of these and no broken connection: nothing here gives a reason for one. */
  readonly unexpected: string[] = [];

  constructor(root: SoakRoot) {
    this.#root = root;
  }

  byFile(job: Job): void {
    this.#root.drop(requestOf(job));
    this.asked.push({ ...job, door: 'file', acknowledged: null });
  }

  async byHttp(job: Job): Promise<void> {
    const asked: Asked = { ...job, door: 'http', acknowledged: null };
    this.asked.push(asked);
    await this.#post(asked);
  }

  /** Every HTTP request once more: one that was acknowledged must get the same agent, one that was not gets its own now. */
  async askAgain(): Promise<void> {
    for (const asked of this.asked.filter(({ door }) => door === 'http')) await this.#post(asked);
  }

  async #post(asked: Asked): Promise<void> {
    const answer = await this.#root.deploy(requestOf(asked)).catch(() => null);
    if (answer === null) return; // Killed before it answered: nothing was promised.
    const { agent_id: agentId } = answer.body as Partial<AgentRecord>;
    if ([429, 503].includes(answer.status) && asked.acknowledged === null) this.refused.push(asked.requestId);
    else if (answer.status >= 300 || agentId === undefined) {
      this.unexpected.push(`${asked.requestId}: ${answer.status} ${JSON.stringify(answer.body)}`);
    } else if (asked.acknowledged !== null && asked.acknowledged !== agentId) {
      this.unexpected.push(`${asked.requestId} was ${asked.acknowledged} and is ${agentId} now`);
    } else asked.acknowledged = agentId;
  }
}
