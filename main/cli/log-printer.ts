/** Pieces of a log onto stdout: as they are into a pipe, harmless onto a terminal, one JSON object each with --json. */
import type { LogPiece } from '../../clients/typescript/log-range.ts';
import type { Context } from './context.ts';
import { createLogSanitiser } from './view/log-sanitiser.ts';

export interface LogPrinter {
  piece(piece: LogPiece): Promise<void>;
  /** After the last piece. */
  end(): Promise<void>;
}

export function createLogPrinter({ io, json }: Pick<Context, 'io' | 'json'>, agentId: string): LogPrinter {
  const decoder = new TextDecoder();
  if (json) {
    return {
      piece: ({ bytes, start, end, total }) => {
        const text = decoder.decode(bytes, { stream: true });
        return io.out(`${JSON.stringify({ agent_id: agentId, start, end, total, text })}\n`);
      },
      end: () => Promise.resolve(),
    };
  }
  if (io.columns === null) return { piece: ({ bytes }) => io.out(bytes), end: () => Promise.resolve() };
  const sanitiser = createLogSanitiser();
  return {
    piece: ({ bytes }) => io.out(sanitiser.feed(decoder.decode(bytes, { stream: true }))),
    end: () => io.out(sanitiser.feed(decoder.decode()) + sanitiser.end()),
  };
}
