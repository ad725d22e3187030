/** The HTTP door: a client of the coordinator's facade like any other. Listens on 127.0.0.1 only. */
import type { FastifyInstance } from 'fastify';
import { fail, ok, type Result } from '../../protocol/failures.ts';
import type { Clock } from '../coordinator/clock.ts';
import type { Coordinator } from '../coordinator/facade.ts';
import { buildApp } from './app.ts';
import { OneTimeSecrets } from './one-time.ts';
import type { SocketLimits } from './sockets/connection.ts';
import { warmUp } from './warm-up.ts';

const codeLifetimeMs = 60_000;
/** When the wished port is taken, so many after it are tried before any free one is taken. */
const neighbouringPorts = 20;

export interface ServerOptions {
  readonly coordinator: Coordinator;
  readonly operatorToken: string;
  readonly dashboardFolder: string;
  /** Of the program, for those who ask what they talk to. */
  readonly version: string;
  /** For codes and tickets; absent: the system's. */
  readonly clock?: Pick<Clock, 'monotonic'>;
  /** Absent: the usual ones. */
  readonly socketLimits?: SocketLimits;
  /** One line for the operator. */
  readonly log: (line: string) => void;
}

export interface ApiServer {
  readonly port: number;
  /** A fresh code for the address of the dashboard: 60 s, one use. */
  issueCode(): string;
  close(): Promise<void>;
}

export async function startServer(options: ServerOptions, wishedPort: number): Promise<Result<ApiServer>> {
  const codes = new OneTimeSecrets(codeLifetimeMs, options.clock);
  let port = 0;
  let isStopping = false;
  const { app, endSockets, connections } = await buildApp({
    ...options,
    codes,
    port: () => port,
    isStopping: () => isStopping,
  });
  const listening = await listen(app, wishedPort);
  if (!listening.ok) return listening;
  port = listening.value;
  const cold = new AbortController();
  warmUp(cold.signal);
  return ok({
    port,
    issueCode: () => codes.issue({ kind: 'operator' }),
    close: async () => {
      isStopping = true;
      cold.abort();
      endSockets(); // While what they say last can still go out.
      const closed = app.close();
      // A refused upgrade leaves a connection that the server no longer counts as its own and would wait for.
      connections.closeAll();
      await closed;
    },
  });
}

/** The wished port, else one of the next, else any. Windows may also reserve a port, which it reports as EACCES. */
async function listen(app: FastifyInstance, wished: number): Promise<Result<number>> {
  const candidates =
    wished === 0
      ? [0]
      : [
          ...Array.from({ length: neighbouringPorts + 1 }, (_, index) => wished + index).filter(
            (port) => port < 65_536,
          ),
          0,
        ];
  for (const port of candidates) {
    try {
      await app.listen({ host: '127.0.0.1', port });
      const address = app.server.address();
      return ok(typeof address === 'object' && address !== null ? address.port : port);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    }
  }
  return fail(
    'INTERNAL',
    'No port of 127.0.0.1 could be opened. Check what limits this user, or set another "port" in config.json.',
  );
}
