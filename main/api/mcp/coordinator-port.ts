/** The tools' way to the coordinator from inside, with the rights of one caller. */
import type { Action, AnswerOf, RequestOf, ZiggieRequest } from '../../../protocol/actions.ts';
import { ok, type Result } from '../../../protocol/failures.ts';
import type { Coordinator, Performed, Principal } from '../../coordinator/facade.ts';
import type { LogBytes, LogWish, ToolPort } from '../../mcp/tool-port.ts';
import { openLog } from '../../coordinator/root/log-file.ts';

export function coordinatorPort(coordinator: Coordinator, by: Principal): ToolPort {
  return {
    perform: <A extends Action>(_action: A, request: RequestOf<A>, signal: AbortSignal) =>
      // A request of this action is one of all requests; the generic cannot say so.
      coordinator.perform(request as ZiggieRequest, by, { door: 'mcp', wait: 'admission', signal }) as Promise<
        Result<Performed<AnswerOf<A>>>
      >,
    readLog: async (agentId, wish) => {
      const path = coordinator.logFile(agentId, by);
      return path.ok ? readPiece(path.value, wish) : path;
    },
  };
}

async function readPiece(path: string, wish: LogWish): Promise<Result<LogBytes>> {
  const opened = await openLog(path);
  if (!opened.ok) return opened;
  const file = opened.value;
  if (file === null) return ok({ bytes: new Uint8Array(), start: 0, end: 0, total: 0 });
  try {
    const { size: total } = await file.stat();
    const { lastBytes } = wish;
    const start = lastBytes === undefined ? Math.min(wish.start ?? 0, total) : Math.max(0, total - lastBytes);
    const length = Math.max(0, Math.min(wish.end ?? total, total) - start);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
    return ok({ bytes: buffer.subarray(0, bytesRead), start, end: start + bytesRead, total });
  } finally {
    await file.close();
  }
}
