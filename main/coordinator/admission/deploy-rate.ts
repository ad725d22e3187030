/** How often one agent may deploy with its token, through whichever door that is asked again and again (HTTP, MCP). */
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import type { Clock } from '../clock.ts';
import type { Principal } from '../facade.ts';

/** Short bursts are fine; only what goes on for seconds counts. */
const windowSeconds = 10;

interface Window {
  /** Of `Clock.monotonic`. */
  readonly endsAt: number;
  deploys: number;
}

export class DeployRate {
  readonly #perSecond: () => number;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #windows = new Map<string, Window>();

  constructor(perSecond: () => number, clock: Pick<Clock, 'monotonic'>) {
    this.#perSecond = perSecond;
    this.#clock = clock;
  }

  /** Counts one request to deploy, of one agent or of a batch. RATE_LIMITED says when to ask again; the operator always may. */
  take(by: Principal): Result<void> {
    if (by.kind === 'operator') return ok(undefined);
    const now = this.#clock.monotonic();
    const window = this.#windowOf(by.agentId, now);
    const max = Math.ceil(windowSeconds * this.#perSecond());
    if (window.deploys >= max) return tooMany(max, window.endsAt - now);
    window.deploys += 1;
    return ok(undefined);
  }

  #windowOf(agentId: string, now: number): Window {
    const known = this.#windows.get(agentId);
    if (known !== undefined && known.endsAt > now) return known;
    // A new window is rare enough to let go of those that are over, whose agents may never come back.
    for (const [id, { endsAt }] of this.#windows) if (endsAt <= now) this.#windows.delete(id);
    const window = { endsAt: now + windowSeconds * 1000, deploys: 0 };
    this.#windows.set(agentId, window);
    return window;
  }
}

function tooMany(max: number, leftMs: number): Result<never> {
  const retry_after_seconds = Math.max(1, Math.ceil(leftMs / 1000));
  return fail(
    'RATE_LIMITED',
    `More than ${max} deployments in ${windowSeconds} s with this token (limits.agent_deploys_per_second). Wait ${retry_after_seconds} s, then ask again with the same request_id; deploy_batch starts many agents with one request.`,
    { max, window_seconds: windowSeconds, retry_after_seconds },
  );
}
