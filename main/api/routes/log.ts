/** `GET …/agents/{id}/log`: an agent's log by byte range, read from the file as it is sent. */
import { createReadStream } from 'node:fs';
import { constants, type FileHandle, open } from 'node:fs/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { failureOf } from '../../../protocol/failures.ts';
import type { Coordinator } from '../../coordinator/facade.ts';
import { sendFailure } from '../problem.ts';
import { parseRange } from '../range.ts';
import { agentIdOf, callerOf } from '../perform.ts';

export function logRoutes(app: FastifyInstance, coordinator: Coordinator): void {
  app.get('/api/coordinator/agents/:id/log', async (request, reply) => {
    const path = coordinator.logFile(agentIdOf(request), callerOf(request));
    if (!path.ok) return sendFailure(reply, path.failure);
    void reply.type('text/plain; charset=utf-8').header('accept-ranges', 'bytes');
    void reply.header('content-disposition', `attachment; filename="${agentIdOf(request)}.log"`);
    const file = await openLog(path.value);
    if (file === 'absent') return reply.send('');
    if (file === 'replaced') {
      return sendFailure(
        reply,
        failureOf('NOT_ALLOWED', 'The log file is not the one this coordinator made; it is not shown.', {
          reason: 'log_replaced',
        }),
      );
    }
    return sendRange(reply, file, request.headers.range);
  });
}

/** An agent can write into its log folder: a link or a pipe in place of its log is never followed or waited for. */
async function openLog(path: string): Promise<FileHandle | 'absent' | 'replaced'> {
  try {
    const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const info = await file.stat();
    if (info.isFile() && info.nlink === 1) return file;
    await file.close();
    return 'replaced';
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'absent';
    if (error instanceof Error && 'code' in error && error.code === 'ELOOP') return 'replaced';
    throw error;
  }
}

async function sendRange(reply: FastifyReply, file: FileHandle, header: string | undefined): Promise<FastifyReply> {
  const { size } = await file.stat();
  const range = parseRange(header, size);
  if (range === 'unsatisfiable') {
    await file.close();
    return reply.code(416).header('content-range', `bytes */${size}`).send('');
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  if (range !== null) void reply.code(206).header('content-range', `bytes ${start}-${end}/${size}`);
  if (end < start) {
    await file.close();
    return reply.send('');
  }
  void reply.header('content-length', String(end - start + 1));
  return reply.send(createReadStream('', { fd: file, start, end }));
}
