/** One search through a log: runs the worker, keeps what it found, and ends it when it is over, called off or stuck. */
import type { SearchNews, SearchOrder } from './search-messages.ts';

export type SearchState =
  | { readonly status: 'none' }
  | { readonly status: 'running' | 'done'; readonly count: number; readonly read: number; readonly total: number }
  | { readonly status: 'failed'; readonly message: string };

export interface Searched {
  readonly state: SearchState;
  /** Where in the log the matches are, in order; not all where there are very many. */
  readonly places: readonly number[];
}

export const nothingSearched: Searched = { state: { status: 'none' }, places: [] };

/** A pattern can take for ever on one line: then no news come. */
const patienceMs = 10_000;

export type StartWorker = () => Pick<Worker, 'postMessage' | 'terminate' | 'onmessage' | 'onerror'>;

export class LogSearch {
  readonly #startWorker: StartWorker;
  readonly #listeners = new Set<() => void>();
  #worker: ReturnType<StartWorker> | null = null;
  #stuck: ReturnType<typeof setTimeout> | null = null;
  #searched: Searched = nothingSearched;

  constructor(startWorker: StartWorker) {
    this.#startWorker = startWorker;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly current = (): Searched => this.#searched;

  start(order: SearchOrder): void {
    this.cancel();
    const worker = this.#startWorker();
    this.#worker = worker;
    this.#set({ state: { status: 'running', count: 0, read: 0, total: 0 }, places: [] });
    worker.onmessage = ({ data }: { readonly data: SearchNews }) => this.#take(data);
    worker.onerror = () => this.#fail('The search ended unexpectedly. Try again.');
    this.#wait();
    worker.postMessage(order);
  }

  /** Nothing is looked for any more. */
  cancel(): void {
    this.#end();
    if (this.#searched.state.status !== 'none') this.#set(nothingSearched);
  }

  #take(news: SearchNews): void {
    this.#wait();
    if (news.type === 'failed') return this.#fail(news.message);
    if (news.type === 'lines') return; // Nobody asked this search for them.
    if (news.type === 'done') {
      this.#end();
      return this.#set({
        ...this.#searched,
        state: { status: 'done', count: news.count, read: news.total, total: news.total },
      });
    }
    const { count, read, total } = news;
    const places = news.places.length === 0 ? this.#searched.places : [...this.#searched.places, ...news.places];
    this.#set({ state: { status: 'running', count, read, total }, places });
  }

  #fail(message: string): void {
    this.#end();
    this.#set({ state: { status: 'failed', message }, places: [] });
  }

  #wait(): void {
    if (this.#stuck !== null) clearTimeout(this.#stuck);
    this.#stuck = setTimeout(
      () => this.#fail('The pattern takes too long on a line of this log. Make it simpler.'),
      patienceMs,
    );
  }

  #end(): void {
    if (this.#stuck !== null) clearTimeout(this.#stuck);
    this.#stuck = null;
    this.#worker?.terminate();
    this.#worker = null;
  }

  #set(searched: Searched): void {
    this.#searched = searched;
    for (const listener of this.#listeners) listener();
  }
}
