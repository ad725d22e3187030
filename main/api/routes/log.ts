/** `GET …/agents/{id}/log`: an agent's log by byte range, read from the file as it is sent. Of any size: a browser saves all of it. */
import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Coordinator } from '../../coordinator/facade.ts';
import { openLog } from '../../coordinator/root/log-file.ts';
import { sendFailure } from '../problem.ts';
import { parseRange } from '../range.ts';
import { agentIdOf, callerOf } from '../perform.ts';

export function logRoutes(app: FastifyInstance, coordinator: Coordinator): void {
  app.get('/api/coordinator/agents/:id/log', { config: { takesTicket: true } }, async (request, reply) => {
    const path = coordinator.logFile(agentIdOf(request), callerOf(request));
    if (!path.ok) return sendFailure(reply, path.failure);
    void reply.type('text/plain; charset=utf-8').header('accept-ranges', 'bytes');
    void reply.header('content-disposition', `attachment; filename="${agentIdOf(request)}.log"`);
    const file = await openLog(path.value);
    if (!file.ok) return sendFailure(reply, file.failure);
    return file.value === null ? reply.send('') : sendRange(reply, file.value, request.headers.range);
  });
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
