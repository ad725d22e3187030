/**
 * One coordinator per root. The lock is held by the operating system (a socket name, a named pipe), so it goes with the
 * process however that ends, and a pid in a left-over file never matters.
 */
import { createHash, randomUUID } from 'node:crypto';
import { linkSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';

export interface RootLock {
  release(): Promise<void>;
}

/** How long the path of a socket file may be, bytes: macOS takes 103, Linux 107. */
const longestSocketPath = 103;

/**
 * null: somebody else holds it. `platform` decides by which means: Linux and Windows have names that go with their process;
 * elsewhere it is a socket file, which a process that is killed leaves behind.
 */
export async function lockRoot(root: string, platform: NodeJS.Platform = process.platform): Promise<RootLock | null> {
  const name = `ziggie-${createHash('sha256').update(realpathSync.native(root)).digest('hex').slice(0, 32)}`;
  if (platform === 'win32') return lockName(`\\\\.\\pipe\\${name}`);
  if (platform === 'linux') return lockName(`\0${name}`);
  return lockFile(socketFile(root, name));
}

async function lockName(address: string): Promise<RootLock | null> {
  const server = await listen(address);
  return server === null ? null : held(server);
}

/**
 * In the root itself, which all who want it name alike. Where that path is too long for a socket, in `/tmp`: not in the
 * folder for temporary files, which each environment may set for itself.
 */
function socketFile(root: string, name: string): string {
  const inRoot = join(realpathSync.native(root), 'lock.sock');
  return Buffer.byteLength(inRoot) <= longestSocketPath ? inRoot : `/tmp/${name}.sock`;
}

async function lockFile(path: string): Promise<RootLock | null> {
  const server = await listen(path);
  if (server !== null) return held(server);
  if ((await answers(path)) || !(await isLeftOver(path))) return null;
  return lockName(path);
}

/**
 * Nobody answers there, so its process is gone, unless another one has taken its place since we asked. So it is moved out of
 * the way before it is removed, and asked once more where nobody else can replace it.
 */
async function isLeftOver(path: string): Promise<boolean> {
  const aside = join(dirname(path), `.${randomUUID().slice(0, 8)}`);
  if (!isDone(() => renameSync(path, aside))) return true; // Somebody else has moved it: whoever listens first has it.
  const isAlive = await answers(aside);
  if (isAlive) isDone(() => linkSync(aside, path));
  rmSync(aside, { force: true });
  return !isAlive;
}

function isDone(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}

function held(server: Server): RootLock {
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
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
