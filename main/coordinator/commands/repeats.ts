/**
 * A request_id once: who asks again with the same request gets the answer again, and nothing is done again, also after a crash
 * of the coordinator. For the actions that make no agent and change something; deploy, restart and reprioritize remember
 * their requests by events of their own.
 */
import type { DoneRequest, EventOf, RequestRecord } from '../../../protocol/events.ts';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import type { RequestOf } from '../../../protocol/actions.ts';
import type { Clock } from '../clock.ts';
import type { Call, Performed, Principal } from '../facade.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { requestHash } from './request-hash.ts';
import { callerName } from './rights.ts';

/**
 * The event that remembers the request, with the agents it changed: last in the commit of what it does, so that a commit
 * that a crash cut off is done once more. Empty where nobody can repeat it.
 */
export type Note = (changed: readonly string[]) => readonly EventOf<'request_done'>[];

export const noNote: Note = () => [];

export interface Once<T> {
  /** The agent that it is about, null for none; or why the caller may not ask this, however often. */
  readonly target: Result<string | null>;
  readonly carryOut: (note: Note) => Promise<Result<Performed<T>>>;
  /** The answer once more, of what was done before. */
  readonly again: (done: DoneRequest & Pick<RequestRecord, 'at'>) => Result<T> | Promise<Result<T>>;
}

interface UnderWay {
  readonly sha256: string;
  readonly target: string | null;
  readonly answer: Promise<Result<Performed<unknown>>>;
}

export class Repeats {
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #underWay = new Map<string, UnderWay>();

  constructor(ledger: Ledger, clock: Clock) {
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /**
   * DUPLICATE_REQUEST_MISMATCH where the id was used for another request. A refusal is not remembered: it has changed
   * nothing, and the same request may be asked again. Rejects as `carryOut` does.
   */
  async once<T>(
    request: RequestOf<DoneRequest['action']>,
    by: Principal,
    { isIdMade = false }: Pick<Call, 'isIdMade'>,
    { target, carryOut, again }: Once<T>,
  ): Promise<Result<Performed<T>>> {
    if (!target.ok) return target;
    if (isIdMade) return carryOut(noNote);
    const { request_id } = request;
    const asked = { sha256: requestHash(request), target: target.value };
    const first = this.#underWay.get(request_id);
    if (first !== undefined) {
      if (!isSame(first, asked)) return usedBefore(request_id);
      const answer = await first.answer;
      // The same hash is the same action, whose answers have one type.
      return answer.ok ? ok({ answer: answer.value.answer as T, replayed: true }) : answer;
    }
    const seen = this.#ledger.pending.requests.get(request_id);
    if (seen !== undefined) return this.#answerAgain(request_id, seen, asked, again);
    const note: Note = (changed) => [
      {
        type: 'request_done',
        at: this.#clock.now(),
        request_id,
        request_sha256: asked.sha256,
        by: callerName(by),
        action: request.action,
        target: asked.target,
        changed: [...changed],
      },
    ];
    const answer = carryOut(note);
    this.#underWay.set(request_id, { ...asked, answer });
    try {
      return await answer;
    } finally {
      this.#underWay.delete(request_id);
    }
  }

  async #answerAgain<T>(
    requestId: string,
    { sha256, done, at }: RequestRecord,
    asked: Pick<UnderWay, 'sha256' | 'target'>,
    again: Once<T>['again'],
  ): Promise<Result<Performed<T>>> {
    if (done === undefined || !isSame({ sha256, target: done.target }, asked)) return usedBefore(requestId);
    // Taken a moment ago, perhaps not durable yet: where the disk refuses, both are refused.
    if (!this.#ledger.current.requests.has(requestId)) await this.#ledger.whenDurable();
    const answer = await again({ ...done, at });
    return answer.ok ? ok({ answer: answer.value, replayed: true }) : answer;
  }
}

/** An agent's own report needs no name in the request: that of another agent is another request. */
const isSame = (a: Pick<UnderWay, 'sha256' | 'target'>, b: Pick<UnderWay, 'sha256' | 'target'>): boolean =>
  a.sha256 === b.sha256 && a.target === b.target;

export const usedBefore = (requestId: string): Extract<Result<never>, { ok: false }> =>
  fail(
    'DUPLICATE_REQUEST_MISMATCH',
    `request_id ${requestId} was used before for a different request. Use a new request_id for a new request.`,
    { request_id: requestId },
  );
