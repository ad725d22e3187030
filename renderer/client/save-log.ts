/** Saves a whole log as a file: piece by piece into one that the person chooses, where the browser can; a small one at once. */
import type { HttpClient } from '../../clients/typescript/http-client.ts';
import { saveBlob } from './save-file.ts';
import { bytes } from '../selectors/format.ts';

const pieceBytes = 4 * 1024 * 1024;
/** What a page may hold in memory for a moment. */
const mostInMemory = 64 * 1024 * 1024;

interface FileToWrite {
  createWritable(): Promise<{ write(data: BlobPart): Promise<void>; close(): Promise<void>; abort(): Promise<void> }>;
}
type Picker = (options: { readonly suggestedName: string }) => Promise<FileToWrite>;

/** null: it was saved, or the person thought better of it; otherwise why not. */
export async function saveLog(api: HttpClient, agentId: string): Promise<string | null> {
  const name = `${agentId}.log`;
  const first = await api.readLog(agentId, { start: 0, end: pieceBytes });
  if (!first.ok) return `The log was not saved: ${first.failure.message}`;
  const { total } = first.value;
  if (total <= mostInMemory) {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    const refusal = await eachPiece(api, agentId, total, async (piece) => void parts.push(piece));
    if (refusal === null) saveBlob(name, new Blob(parts, { type: 'text/plain' }));
    return refusal;
  }
  const picker = (window as { showSaveFilePicker?: Picker }).showSaveFilePicker;
  if (picker === undefined) {
    return `The log has ${bytes(total)}, more than this browser can save. Copy the file itself: the overview names it.`;
  }
  return intoFile(picker, name, (write) => eachPiece(api, agentId, total, write));
}

type Write = (piece: Uint8Array<ArrayBuffer>) => Promise<void>;

async function eachPiece(api: HttpClient, agentId: string, total: number, take: Write): Promise<string | null> {
  for (let at = 0; at < total;) {
    const piece = await api.readLog(agentId, { start: at, end: Math.min(total, at + pieceBytes) });
    if (!piece.ok) return `The log was not saved: ${piece.failure.message}`;
    if (piece.value.bytes.length === 0) return null; // It has become shorter.
    await take(new Uint8Array(piece.value.bytes));
    at += piece.value.bytes.length;
  }
  return null;
}

async function intoFile(
  picker: Picker,
  name: string,
  write: (take: Write) => Promise<string | null>,
): Promise<string | null> {
  try {
    const file = await (await picker({ suggestedName: name })).createWritable();
    const refusal = await write((piece) => file.write(piece));
    await (refusal === null ? file.close() : file.abort());
    return refusal;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null;
    return `The log was not saved: ${error instanceof Error ? error.message : String(error)}`;
  }
}
