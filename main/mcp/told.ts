/** What one session told parents of their children. An answer that could not be sent told nothing. */
import type { Told } from './tool.ts';

export class ToldMessages {
  readonly #sent = new Map<string, number>();
  readonly #inAnswers = new Map<string | number, { readonly parent: string; readonly seq: number }>();

  /** The view of one call, by the id that its answer will carry. */
  of(id: string | number): Told {
    return {
      sent: (parent) => this.#sent.get(parent) ?? null,
      tell: (parent, seq) => void this.#inAnswers.set(id, { parent, seq }),
      forget: (parent, seq) => {
        if (this.#sent.get(parent) === seq) this.#sent.delete(parent);
      },
    };
  }

  /** The answer with this id has gone out, or never will. */
  settle(id: string | number, isSent: boolean): void {
    const told = this.#inAnswers.get(id);
    this.#inAnswers.delete(id);
    if (told === undefined || !isSent) return;
    this.#sent.set(told.parent, Math.max(told.seq, this.#sent.get(told.parent) ?? 0));
  }
}
