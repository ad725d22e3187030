/** Reads a whole log piece by piece and tells where something is in it; beside the page, which stays free meanwhile. */
import '../client/no-code-from-strings.ts';
import { createHttpClient } from '../../clients/typescript/http-client.ts';
import { findIn, patternOf } from './search.ts';
import type { SearchNews, SearchOrder } from './search-messages.ts';

const pieceBytes = 2 * 1024 * 1024;
/** Matches behind these are counted, and cannot be gone to. */
const mostPlaces = 20_000;
/** Of lines to be copied, in characters: more is not pasted anywhere. */
const mostCollected = 8 * 1024 * 1024;

/** What of a worker's global is used here. */
interface WorkerScope {
  onmessage: ((event: { readonly data: SearchOrder }) => void) | null;
  postMessage(news: SearchNews): void;
}
const scope = globalThis as unknown as WorkerScope;

scope.onmessage = ({ data }) => void search(data);

async function search({ url, token, agentId, query, collects }: SearchOrder): Promise<void> {
  const pattern = patternOf(query);
  if (pattern === null || typeof pattern === 'string') {
    scope.postMessage({ type: 'failed', message: pattern ?? 'Nothing is looked for.' });
    return;
  }
  const client = createHttpClient({ url, token });
  let held = new Uint8Array();
  let count = 0;
  const collected: string[] = [];
  let characters = 0;
  for (let at = 0; ;) {
    const piece = await client.readLog(agentId, { start: at, end: at + pieceBytes });
    if (!piece.ok) {
      scope.postMessage({ type: 'failed', message: piece.failure.message });
      return;
    }
    const { bytes, total } = piece.value;
    const start = at - held.length;
    at += bytes.length;
    const isLast = bytes.length === 0 || at >= total;
    const all = joined(held, bytes);
    const { places, lines, used } = findIn(all, start, isLast, pattern);
    held = all.slice(used);
    const kept = places.slice(0, Math.max(0, mostPlaces - count));
    count += places.length;
    for (const line of collects === true ? lines : []) {
      characters += line.length + 1;
      if (characters <= mostCollected) collected.push(line);
    }
    scope.postMessage({ type: 'progress', read: at, total, count, places: kept });
    if (!isLast) continue;
    if (collects === true) {
      const text = `${collected.join('\n')}\n`;
      scope.postMessage({ type: 'lines', text, count: collected.length, isCut: characters > mostCollected });
    }
    scope.postMessage({ type: 'done', total, count });
    return;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
