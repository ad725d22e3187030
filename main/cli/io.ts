/** The terminal or pipes around the command, so that everything else is independent of the process it runs in. */
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import type { Environment } from '../../clients/typescript/discover.ts';

/** A stream that may be a terminal. */
export type Outlet = Writable & { readonly isTTY?: boolean; readonly columns?: number };

export interface Io {
  readonly env: Environment;
  /** The working folder that paths on the command line are relative to. */
  readonly cwd: string;
  /** For what speaks a protocol over them; everything else uses `out` and `readStdin`. */
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** Returns when the text is handed to the system, so that nothing is lost at the end and nothing piles up. */
  out(text: string | Uint8Array): Promise<void>;
  err(text: string): Promise<void>;
  readStdin(): Promise<string>;
  /** A person's yes or no; null where nobody sits at a terminal. */
  ask(question: string): Promise<boolean | null>;
  /** Width of the terminal that stdout is; null when it is none. */
  readonly columns: number | null;
  readonly colour: { readonly out: boolean; readonly err: boolean };
  /** Aborted when the reader of stdout has gone (`ziggie logs -f | head`): time to end, quietly. */
  readonly gone: AbortSignal;
  now(): number;
}

export function createIo(
  streams: { stdin: Readable & { readonly isTTY?: boolean }; stdout: Outlet; stderr: Outlet },
  env: Environment,
): Io {
  const { stdin, stdout, stderr } = streams;
  const gone = new AbortController();
  stdout.on('error', () => gone.abort());
  // Whoever closed stderr does not want to hear about it.
  stderr.on('error', () => undefined);
  return {
    env,
    cwd: process.cwd(),
    stdin,
    stdout,
    out: (text) => (gone.signal.aborted ? Promise.resolve() : write(stdout, text)),
    err: (text) => write(stderr, text),
    readStdin: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array | string));
      return Buffer.concat(chunks).toString('utf8');
    },
    ask: async (question) => {
      if (stdin.isTTY !== true || stdout.isTTY !== true) return null;
      const terminal = createInterface({ input: stdin, output: stdout });
      try {
        return /^y(es)?$/i.test((await terminal.question(question)).trim());
      } finally {
        terminal.close();
      }
    },
    columns: stdout.isTTY === true ? (stdout.columns ?? 80) : null,
    colour: { out: wantsColour(env, stdout), err: wantsColour(env, stderr) },
    gone: gone.signal,
    now: Date.now,
  };
}

/** An error reaches the `error` listener too; here it only ends the wait. */
const write = (stream: Outlet, text: string | Uint8Array): Promise<void> =>
  new Promise((resolve) => stream.write(text, () => resolve()));

/** FORCE_COLOR decides when it is set, then NO_COLOR (https://no-color.org), then whether a person is looking. */
export function wantsColour(env: Environment, { isTTY }: Pick<Outlet, 'isTTY'>): boolean {
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  const no = env['NO_COLOR'];
  if (no !== undefined && no !== '') return false;
  return isTTY === true && env['TERM'] !== 'dumb';
}
