/** Which addresses there are and which methods each takes: for 405, and for the check that all of them are documented. */
import type { FastifyInstance } from 'fastify';

export interface Address {
  readonly method: string;
  /** As registered: `/api/coordinator/agents/:id`. */
  readonly url: string;
  /** A file of the dashboard or of the reference. */
  readonly isPage: boolean;
}

export class Addresses {
  readonly #known: Address[] = [];

  /** Hears of every route that is added from now on. */
  follow(app: FastifyInstance): void {
    app.addHook('onRoute', ({ method, url, config }) => {
      for (const one of [method].flat()) this.#known.push({ method: one, url, isPage: config?.isPage === true });
    });
  }

  get all(): readonly Address[] {
    return this.#known;
  }

  /** Methods that the path is known with; empty: nothing is there. */
  methodsAt(path: string): string[] {
    const parts = path.split('/');
    const matching = this.#known.filter(({ url }) => {
      const pattern = url.split('/');
      return (
        pattern.length === parts.length &&
        pattern.every((part, index) => (part.startsWith(':') ? parts[index] !== '' : part === parts[index]))
      );
    });
    return [...new Set(matching.map(({ method }) => method))].sort();
  }
}
