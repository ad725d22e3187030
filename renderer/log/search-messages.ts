/** What the page and its search worker say to each other. */
import type { LogQuery } from './search.ts';

export interface SearchOrder {
  readonly url: string;
  readonly token: string;
  readonly agentId: string;
  readonly query: LogQuery;
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
  | { readonly type: 'failed'; readonly message: string };
