/**
 * One coordinator per root. The lock is held by the operating system (a socket name, a named pipe), so it goes with the
 * process however that ends, and a pid in a left-over file never matters.
 */
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { lockFile } from './root-lock-file.ts';
import { held, listen, type RootLock } from './root-lock-socket.ts';

export type { RootLock } from './root-lock-socket.ts';

/**
 * null: somebody else holds it. `platform` decides by which means: Linux and Windows have names that go with their process;
 * elsewhere it is a socket file, which a process that is killed leaves behind.
 */
export async function lockRoot(root: string, platform: NodeJS.Platform = process.platform): Promise<RootLock | null> {
  const path = realpathSync.native(root);
  const name = `ziggie-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;
  if (platform === 'win32') return lockName(`\\\\.\\pipe\\${name}`);
  if (platform === 'linux') return lockName(`\0${name}`);
  return lockFile(path, name);
}

async function lockName(address: string): Promise<RootLock | null> {
  const server = await listen(address);
  return server === null ? null : held(server);
}
