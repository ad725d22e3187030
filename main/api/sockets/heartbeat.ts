/** A message at times, for clients that cannot see pings: the connection lives, and how far the stream has come. */
import type { z } from 'zod';
import type { heartbeatSchema } from '../../../protocol/socket-messages.ts';
import type { Connection } from './connection.ts';

type Place = Pick<z.infer<typeof heartbeatSchema>, 'seq' | 'after'>;

/** Returns what tells one more at once. */
export function beat(connection: Connection, place: () => Place): () => void {
  const tell = (): void => {
    const message: z.infer<typeof heartbeatSchema> = {
      type: 'heartbeat',
      ...place(),
      timestamp: new Date().toISOString(),
    };
    connection.send(JSON.stringify(message));
  };
  const timer = setInterval(tell, connection.limits.heartbeatMs);
  connection.onClose(() => clearInterval(timer));
  return tell;
}
