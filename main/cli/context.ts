/** What every command works with: the terminal, the options that all share, and the way to the coordinator. */
import { discover, type Found } from '../../clients/typescript/discover.ts';
import { createHttpClient, type HttpClient } from '../../clients/typescript/http-client.ts';
import type { ClientResult } from '../../clients/typescript/client.ts';
import type { Command } from 'commander';
import type { Io } from './io.ts';

export interface SharedOptions {
  readonly root?: string;
  readonly json?: boolean;
}

/** A coordinator that was found. That it answers is known only when it is asked. */
export interface Connection extends Found {
  readonly client: HttpClient;
}

export interface Context {
  readonly io: Io;
  readonly json: boolean;
  /** `--root` as given. */
  readonly root: string | null;
  /** Looks anew at every call: after a restart the coordinator may be elsewhere. */
  connect(): Promise<ClientResult<Connection>>;
}

/** What a command does with its arguments and options; returns the number to end with. */
export type Handler<Args extends unknown[]> = (context: Context, ...args: Args) => Promise<number>;

/** Makes a commander action of a handler. */
export type Run = <Args extends unknown[]>(handler: Handler<Args>) => (...args: [...Args, Command]) => Promise<void>;

export function createContext(io: Io, { root, json }: SharedOptions): Context {
  const given = root ?? null;
  return {
    io,
    json: json === true,
    root: given,
    connect: async () => {
      const found = await discover(given, io.env);
      if (!found.ok) return found;
      return { ok: true, value: { ...found.value, client: createHttpClient(found.value) } };
    },
  };
}
