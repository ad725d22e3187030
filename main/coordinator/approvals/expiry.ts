/**
 * Approvals that nobody decided in time count as denied, said by an event, also where the time passed while no coordinator
 * ran. By wall time, which alone goes on then; looked at every few seconds, so a clock that jumps is noticed soon.
 */
import type { Approval } from '../../../protocol/approvals.ts';
import type { EventOf, Sequenced } from '../../../protocol/events.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import type { Clock } from '../clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { longTimer } from '../long-timer.ts';

const lookEveryMs = 5000;
/** After a disk that refused. */
const tryAgainMs = 1000;

export interface ApprovalExpiryDeps {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: (line: string) => void;
}

export const isDue = ({ status, expires_at }: Approval, now: string): boolean =>
  status === 'open' && Date.parse(expires_at) <= Date.parse(now);

export function expired(
  { approval_id, agent_id, asked_at, expires_at }: Approval,
  at: string,
): EventOf<'approval_decided'> {
  const seconds = Math.round((Date.parse(expires_at) - Date.parse(asked_at)) / 1000);
  return {
    type: 'approval_decided',
    at,
    agent_id,
    approval_id,
    outcome: 'expired',
    by: 'coordinator',
    message: `Nobody decided within ${seconds} s, so it counts as denied. Go on without it, or end and say in your report what you need.`,
    branch: false,
    request_id: null,
  };
}

export class ApprovalExpiry {
  readonly #deps: ApprovalExpiryDeps;
  #cancel: (() => void) | null = null;
  #closed = false;

  constructor(deps: ApprovalExpiryDeps) {
    this.#deps = deps;
  }

  /** Settles when what was due is durably denied. Then looks again by itself. Never rejects. */
  async look(): Promise<void> {
    const { ledger, clock, log } = this.#deps;
    const now = clock.now();
    const due = open(ledger.pending).filter((approval) => isDue(approval, now));
    this.#cancel?.();
    this.#cancel = null;
    let wait: number | null = null;
    try {
      if (due.length > 0) await ledger.commit(due.map((approval) => expired(approval, now)));
    } catch (error) {
      log(`${due.length} approvals are over and this could not be recorded: ${String(error)}`);
      if (ledger.closed !== null) return;
      wait = tryAgainMs;
    }
    this.#arm(wait);
  }

  onEvent({ event }: Sequenced): void {
    if (event.type === 'approval_requested' && this.#cancel === null) this.#arm(null);
  }

  close(): void {
    this.#closed = true;
    this.#cancel?.();
    this.#cancel = null;
  }

  #arm(waitMs: number | null): void {
    if (this.#closed) return;
    const now = Date.parse(this.#deps.clock.now());
    const left = open(this.#deps.ledger.pending).map(({ expires_at }) => Date.parse(expires_at) - now);
    if (left.length === 0) return;
    this.#cancel?.();
    this.#cancel = longTimer(waitMs ?? Math.min(lookEveryMs, ...left), () => {
      this.#cancel = null;
      void this.look();
    });
  }
}

const open = (fleet: Fleet): Approval[] => [...fleet.approvals.values()].filter(({ status }) => status === 'open');
