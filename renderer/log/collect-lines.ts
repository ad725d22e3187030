/** All lines of a log that have what is looked for, read by a worker of its own. */
import type { StartWorker } from './log-search.ts';
import type { SearchNews, SearchOrder } from './search-messages.ts';

export type Collected =
  | { readonly ok: true; readonly text: string; readonly count: number; readonly isCut: boolean }
  | { readonly ok: false; readonly message: string };

/** A piece of the log takes less, unless the pattern takes for ever. */
const patienceMs = 10_000;

export function collectLines(startWorker: StartWorker, order: SearchOrder): Promise<Collected> {
  const worker = startWorker();
  return new Promise<Collected>((resolve) => {
    const stuck = (): void =>
      resolve({ ok: false, message: 'The pattern takes too long on a line of this log. Make it simpler.' });
    let timer = setTimeout(stuck, patienceMs);
    worker.onerror = () => resolve({ ok: false, message: 'The search ended unexpectedly. Try again.' });
    worker.onmessage = ({ data }: { readonly data: SearchNews }) => {
      clearTimeout(timer);
      if (data.type === 'lines') resolve({ ok: true, text: data.text, count: data.count, isCut: data.isCut });
      else if (data.type === 'failed') resolve({ ok: false, message: data.message });
      else timer = setTimeout(stuck, patienceMs);
    };
    worker.postMessage({ ...order, collects: true });
  }).finally(() => worker.terminate());
}
