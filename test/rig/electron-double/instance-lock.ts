/** The lock of a profile folder: a file with the holder's pid, and a socket on which later starts report. */
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type Server, connect, createServer } from 'node:net';
import { join } from 'node:path';

/** What a later start tells the holder. */
export interface LaterStart {
  readonly argv: readonly string[];
  readonly folder: string;
  /** `additionalData` of its request for the lock. */
  readonly data: unknown;
}

export class InstanceLock {
  readonly held: boolean;
  readonly #file: string;
  readonly #address: string;
  #server: Server | null = null;
  #told: Promise<void> = Promise.resolve();

  /** `folder` is what is locked; in `home`, whose path is short enough for a socket's, the holder listens. */
  constructor(folder: string, home: string, data: unknown, onLaterStart: (later: LaterStart) => void) {
    const name = createHash('sha256').update(folder).digest('hex').slice(0, 8);
    this.#file = join(folder, 'SingletonLock');
    this.#address = process.platform === 'win32' ? `\\\\.\\pipe\\electron-double-${name}` : join(home, name);
    this.held = this.#take();
    if (this.held) this.#listen(onLaterStart);
    else this.#told = this.#tell({ argv: process.argv, folder: process.cwd(), data });
  }

  /** Lets go of the lock, after what is to be told to the holder has been told. */
  async release(): Promise<void> {
    await this.#told;
    if (!this.held) return;
    this.#server?.close();
    rmSync(this.#file, { force: true });
  }

  #take(): boolean {
    try {
      writeFileSync(this.#file, String(process.pid), { flag: 'wx' });
      return true;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    if (isAlive(Number(readFileSync(this.#file, 'utf8')))) return false;
    rmSync(this.#file, { force: true });
    return this.#take();
  }

  #listen(onLaterStart: (later: LaterStart) => void): void {
    if (process.platform !== 'win32') rmSync(this.#address, { force: true });
    this.#server = createServer((socket) => {
      let text = '';
      socket.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      socket.on('end', () => {
        onLaterStart(JSON.parse(text) as LaterStart);
        socket.end();
      });
    }).listen(this.#address);
  }

  #tell(later: LaterStart): Promise<void> {
    return new Promise((resolve) => {
      const socket = connect(this.#address, () => socket.end(JSON.stringify(later)));
      socket.on('close', () => resolve()).on('error', (error) => process.stderr.write(`${error.message}\n`));
    });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false; // No such process is what was asked.
  }
}
