/** The `ziggie` command inside the test process, with streams that remember what was written. */
import { PassThrough, Readable } from 'node:stream';
import type { Environment } from '../../clients/typescript/discover.ts';
import { createIo, type Io, type Outlet } from '../../main/cli/io.ts';
import { runCli } from '../../main/cli/program.ts';

export interface CliEnd {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CliSurroundings {
  readonly env?: Environment;
  readonly stdin?: string;
  /** Width of the terminal that stdout is; left out: it is a pipe. */
  readonly columns?: number;
}

interface Remembered {
  readonly stream: Outlet;
  text(): string;
}

function remember(terminal: { isTTY: boolean; columns: number } | Record<string, never>): Remembered {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream: Object.assign(stream, terminal), text: () => Buffer.concat(chunks).toString('utf8') };
}

export interface TestIo {
  readonly io: Io;
  out(): string;
  err(): string;
}

export function testIo({ env = {}, stdin = '', columns }: CliSurroundings = {}): TestIo {
  const stdout = remember(columns === undefined ? {} : { isTTY: true, columns });
  const stderr = remember({});
  const io = createIo({ stdin: Readable.from([stdin]), stdout: stdout.stream, stderr: stderr.stream }, env);
  return { io, out: stdout.text, err: stderr.text };
}

export async function ziggie(argv: readonly string[], surroundings: CliSurroundings = {}): Promise<CliEnd> {
  const { io, out, err } = testIo(surroundings);
  const code = await runCli(argv, io);
  return { code, out: out(), err: err() };
}
