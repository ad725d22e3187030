/** The socket that a lock of a root is. */
import { connect, createServer, type Server } from 'node:net';

export interface RootLock {
  release(): Promise<void>;
}

export function held(server: Server): RootLock {
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** null: the name is taken. */
export function listen(address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    // Whoever connects has its answer by then. A connection it keeps open would hold up the release, and take descriptors.
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => {
      if ('code' in error && error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen({ path: address, exclusive: true }, () => resolve(server));
  });
}

/** Whether a process listens there. What is refused for another reason than that nobody does counts as a process. */
export function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    );
  });
}
