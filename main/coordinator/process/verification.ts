/**
 * Whether the pid of a run's launcher is still its own. Where nothing tells, nobody is signalled and nothing is concluded:
 * it is said, and asked again every second until it is known.
 */
import type { IdentityCheck } from './ownership.ts';

export const askAgainMs = 1000;

export class Verification {
  readonly #check: () => IdentityCheck;
  readonly #onChange: (isKnown: boolean) => void;
  #isKnown: boolean;
  #next: NodeJS.Timeout | null = null;

  /** `isKnown`: what was said last. */
  constructor(check: () => IdentityCheck, isKnown: boolean, onChange: (isKnown: boolean) => void) {
    this.#check = check;
    this.#isKnown = isKnown;
    this.#onChange = onChange;
  }

  ask(): IdentityCheck {
    const is = this.#check();
    const isKnown = is !== 'unknown';
    if (isKnown !== this.#isKnown) {
      this.#isKnown = isKnown;
      this.#onChange(isKnown);
    }
    if (!isKnown) this.#askLater();
    return is;
  }

  close(): void {
    if (this.#next !== null) clearTimeout(this.#next);
  }

  #askLater(): void {
    this.#next ??= setTimeout(() => {
      this.#next = null;
      this.ask();
    }, askAgainMs).unref();
  }
}
