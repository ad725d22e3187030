/** A result as an answer. */
import type { FastifyReply } from 'fastify';
import type { Result } from '../../protocol/failures.ts';
import { sendFailure } from './problem.ts';

export const sendResult = (reply: FastifyReply, result: Result<unknown>): FastifyReply =>
  result.ok ? reply.send(result.value) : sendFailure(reply, result.failure);
