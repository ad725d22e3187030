/** What the coordinator says on its two WebSockets, and the one thing that a client may say. */
import { z } from 'zod';
import { degradationSchema } from './api.ts';
import { eventSchema, fleetSnapshotSchema } from './events.ts';
import { agentRecordSchema } from './record.ts';

const seq = z.number().int().nonnegative();

/**
 * `seq` is the last event that this socket was told of or that was not for it; every 15 s, so that a client that cannot see
 * pings can tell a dead connection from a quiet one. `after`: as with events.
 */
export const heartbeatSchema = z.object({
  type: z.literal('heartbeat'),
  seq,
  timestamp: z.string(),
  after: seq.optional(),
});
/** The answer to a client's `{"type": "ping"}`. */
export const pongSchema = z.object({ type: z.literal('pong') });

/** Messages on `WS /ws/coordinator`. */
export const socketMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), seq, timestamp: z.string(), fleet: fleetSnapshotSchema }),
  /**
   * The operator is told every event, so each `seq` is one more than the last. An agent is told those of its branch only;
   * then `after` is the place that the stream had reached before, and everything between the two was not for it.
   */
  z.object({ type: z.literal('event'), seq: z.number().int().positive(), event: eventSchema, after: seq.optional() }),
  /** What of the coordinator's storage is in trouble now; sent first and at each change. */
  z.object({ type: z.literal('health'), degraded: z.array(degradationSchema) }),
  /**
   * With `?measured=1` only: what running agents use as of the last look, every two seconds or less often. Of an agent that
   * is not in it nothing is measured now.
   */
  z.object({
    type: z.literal('measured'),
    at: z.string(),
    /** agent_id, CPU in percent of one core, memory in MB of 1,048,576 bytes; null is unknown. */
    agents: z.array(z.tuple([z.string(), z.number().nullable(), z.number().nullable()])),
  }),
  /** config.json is another one, or what of it is in force; to the operator only. `GET /api/coordinator/settings` has it. */
  z.object({ type: z.literal('config'), revision: z.string(), at: z.string() }),
  heartbeatSchema,
  pongSchema,
]);
export type SocketMessage = z.infer<typeof socketMessageSchema>;

/** The only message of `WS /ws/coordinator?interval=SECONDS`. `agents` are all that the caller may see, the oldest first. */
export const intervalMessageSchema = z.object({
  timestamp: z.string(),
  /** How many of them are not over. */
  active_agents: z.number().int().nonnegative(),
  agents: z.array(
    agentRecordSchema.extend({
      process_info: z.object({ cpu_percent: z.number().nullable(), memory_mb: z.number().nullable() }),
    }),
  ),
});
export type IntervalMessage = z.infer<typeof intervalMessageSchema>;

/** Messages on `WS /ws/coordinator/logs`. */
export const logMessageSchema = z.discriminatedUnion('type', [
  /**
   * Text of a log from byte `offset` to before byte `end`, whole characters only; come back with `?from=` the last `end`. An
   * `offset` below the last `end` is a log that was begun anew. Without `agent_id` in the address, both are places in the
   * journal, and `text` is one line on one event of the agent.
   */
  z.object({ type: z.literal('log'), agent_id: z.string(), offset: seq, end: seq, text: z.string() }),
  /** The agent has ended and all of its log was sent; `size` in bytes. With a reason, the rest is not shown. */
  z.object({
    type: z.literal('log_end'),
    agent_id: z.string(),
    size: seq,
    reason: z.literal('log_replaced').optional(),
  }),
  heartbeatSchema,
  pongSchema,
]);
export type LogMessage = z.infer<typeof logMessageSchema>;

/** What a client may send. Other JSON is passed over; text that is no JSON ends the connection. */
export const clientMessageSchema = z.object({ type: z.literal('ping') });

/** Codes a socket is closed with, beside those of RFC 6455. */
export const closeCodes = {
  /** All was sent: the logs that were asked for have ended. */
  done: 1000,
  goingAway: 1001,
  /** Only text is taken. */
  binary: 1003,
  internal: 1011,
  /** What the client sent is not JSON. */
  notJson: 4400,
  /** The agent whose token opened it has ended. */
  tokenEnded: 4401,
  /** The client does not read, or not fast enough, or answers no pings. */
  tooSlow: 4408,
} as const;
