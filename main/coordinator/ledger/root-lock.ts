/**
 * One coordinator per root. The lock is held by the operating system (a socket name, a named pipe), so it goes with the
 * process however that ends, and a pid in a left-over file never matters.
 */
import { createHash } from 'node:crypto';
import { realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RootLock {
  release(): Promise<void>;
}

/** null: somebody else holds it. */
export async function lockRoot(root: string): Promise<RootLock | null> {
  const address = lockAddress(root);
  const server = await listen(address);
  if (server !== null) return held(server);
  if (process.platform === 'linux' || process.platform === 'win32' || (await answers(address))) return null;
  // A socket file (macOS) stays behind when its process is killed: nobody answers, so it is free.
  rmSync(address, { force: true });
  const second = await listen(address);
  return second === null ? null : held(second);
}

function held(server: Server): RootLock {
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

function lockAddress(root: string): string {
  const name = createHash('sha256').update(realpathSync.native(root)).digest('hex').slice(0, 32);
  if (process.platform === 'win32') return `\\\\.\\pipe\\ziggie-${name}`;
  if (process.platform === 'linux') return `\0ziggie-${name}`;
  return join(tmpdir(), `ziggie-${name}.sock`);
}

function listen(address: string): Promise<Server | null> {
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

function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
