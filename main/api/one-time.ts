/** Secrets that open one door once: the dashboard's address code, a socket's ticket. Kept in memory only. */
import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../coordinator/clock.ts';
import type { Principal } from '../coordinator/facade.ts';

/** More than any person or dashboard has open at once; the oldest goes first. */
const mostKept = 1000;

export class OneTimeSecrets {
  readonly #lifetimeMs: number;
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #kept = new Map<string, { readonly principal: Principal; readonly until: number }>();

  constructor(lifetimeMs: number, clock: Pick<Clock, 'monotonic'> = systemClock) {
    this.#lifetimeMs = lifetimeMs;
    this.#clock = clock;
  }

  /** 256 random bits, URL-safe. */
  issue(principal: Principal): string {
    const secret = randomBytes(32).toString('base64url');
    if (this.#kept.size >= mostKept) this.#kept.delete(this.#kept.keys().next().value ?? '');
    this.#kept.set(secret, { principal, until: this.#clock.monotonic() + this.#lifetimeMs });
    return secret;
  }

  /** Whom it was issued for; null when unknown, used or too old. It is used up either way. */
  redeem(secret: string): Principal | null {
    const kept = this.#kept.get(secret);
    this.#kept.delete(secret);
    return kept !== undefined && this.#clock.monotonic() <= kept.until ? kept.principal : null;
  }
}
