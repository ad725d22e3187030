/** What the page and its search worker say to each other. */
import type { LogQuery } from './search.ts';

export interface SearchOrder {
  readonly url: string;
  readonly token: string;
  readonly agentId: string;
  readonly query: LogQuery;
  /** The lines with a match are wanted themselves. */
  readonly collects?: true;
}

export type SearchNews =
  /** `places`: found since the last news, as many as are kept. */
  | {
      readonly type: 'progress';
      readonly read: number;
      readonly total: number;
      readonly count: number;
      readonly places: readonly number[];
    }
  | { readonly type: 'done'; readonly total: number; readonly count: number }
  /** Before `done`, where they were asked for; `isCut`: not all of them. */
  | { readonly type: 'lines'; readonly text: string; readonly count: number; readonly isCut: boolean }
  | { readonly type: 'failed'; readonly message: string };
