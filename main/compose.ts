/** The only place that builds the parts and wires them: the same for the desktop and for plain Node. */
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { defaultRoot } from '../protocol/default-root.ts';
import { fail, ok, type Result } from '../protocol/failures.ts';
import { type ApiServer, startServer } from './api/server.ts';
import { systemClock } from './coordinator/clock.ts';
import { readyCoordinator } from './coordinator/coordinator.ts';
import type { Coordinator } from './coordinator/facade.ts';
import { lockRoot, type RootLock } from './coordinator/ledger/root-lock.ts';
import { isStorageError } from './coordinator/ledger/storage-error.ts';
import type { Ownership, OwnershipOptions } from './coordinator/process/ownership.ts';
import { createPosixOwnership } from './coordinator/process/posix/ownership.ts';
import { createWindowsOwnership } from './coordinator/process/windows/ownership.ts';
import { loadConfig } from './coordinator/root/config-file.ts';
import { announce, readAnnounced, withdraw } from './coordinator/root/discovery-file.ts';
import { type Layout, layoutOf, makeFolders } from './coordinator/root/layout.ts';
import { seedPrompts } from './coordinator/root/prompts.ts';
import { removeStaleFiles } from './coordinator/root/stale-files.ts';
import { agentEnvironment } from './coordinator/runtimes/environment.ts';
import { createRuntimes } from './coordinator/runtimes/registry.ts';
import { operatorToken } from './coordinator/tokens.ts';
import { version } from './version.ts';

export interface HostOptions {
  /** null: `ZIGGIE_ROOT`, else the system's usual place. */
  readonly root: string | null;
  /** null: the port of config.json; 0: any free one. */
  readonly port: number | null;
  /** The built dashboard. */
  readonly dashboardFolder: string;
  /** The built demo agent. */
  readonly demoAgent: string;
  /** The built command. */
  readonly ziggie: string;
  /** The built nursery, which starts the agents' launchers. */
  readonly nursery: string;
  /** Templates that a new root gets a copy of. */
  readonly promptsFolder: string;
  /** One line for the operator; the host decides where it goes. */
  readonly log: (line: string) => void;
  /** How processes are owned; absent: as this system does it. */
  readonly own?: (options: OwnershipOptions) => Ownership;
}

export interface Host {
  readonly coordinator: Coordinator;
  readonly url: string;
  readonly port: number;
  /** The operator's. */
  readonly token: string;
  /** The dashboard's address with a fresh one-time code: 60 s, one use. */
  dashboardUrl(): string;
  /** Stops serving; agents go on and are adopted at the next start. */
  close(reason: string): Promise<void>;
}

/** Failures: config.json invalid or a link in the place of a folder (INVALID_REQUEST), root held by another coordinator (LIMIT_REACHED). A damaged journal is none: the host is read-only then, and says so. */
export async function startHost(options: HostOptions): Promise<Result<Host>> {
  const root = chooseRoot(options.root);
  if (!root.ok) return root;
  const layout = layoutOf(root.value);
  const lock = await lockRoot(layout.root);
  if (lock === null) return heldBy(layout);
  const host = await startLocked(options, layout, lock).catch((error: unknown) => {
    if (!isStorageError(error)) throw error;
    return cannotUse(layout, error);
  });
  if (!host.ok) await lock.release();
  return host;
}

function cannotUse({ root }: Layout, error: Error): Result<never> {
  return fail(
    'STORAGE_UNAVAILABLE',
    `The root folder ${root} cannot be used: ${error.message}. Free or mend the disk or its permissions, or choose another root with --root or ZIGGIE_ROOT.`,
    { root },
  );
}

function chooseRoot(asked: string | null): Result<string> {
  const root = resolve(
    asked || process.env['ZIGGIE_ROOT'] || defaultRoot(process.platform, process.env, userHome(), existsSync),
  );
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    return ok(realpathSync.native(root)); // One name for one folder: links and short names resolved.
  } catch (error) {
    return fail(
      'STORAGE_UNAVAILABLE',
      `The root folder ${root} cannot be made: ${String(error)}. Choose another with --root or ZIGGIE_ROOT.`,
      { root },
    );
  }
}

/** A user of whom the system knows nothing has no home (any number in a container, without HOME). */
function userHome(): string {
  try {
    return homedir();
  } catch {
    return resolve('/');
  }
}

function heldBy(layout: Layout): Result<never> {
  const holder = readAnnounced(layout);
  const who = holder === null ? 'Another coordinator' : `The coordinator with pid ${holder.pid} at ${holder.url}`;
  return fail(
    'LIMIT_REACHED',
    `${who} works on ${layout.root} already; one root has one coordinator. Use that one, stop it, or choose another root with --root.`,
    {
      reason: 'root_locked',
      root: layout.root,
      pid: holder?.pid ?? null,
      url: holder?.url ?? null,
    },
  );
}

const ownAsThisSystem = process.platform === 'win32' ? createWindowsOwnership : createPosixOwnership;

async function startLocked(options: HostOptions, layout: Layout, lock: RootLock): Promise<Result<Host>> {
  const folders = makeFolders(layout);
  if (!folders.ok) return folders;
  removeStaleFiles(layout, options.log);
  seedPrompts(options.promptsFolder, layout.prompts);
  const config = loadConfig(layout.config);
  if (!config.ok) return config;
  const token = await operatorToken(layout.token);
  const address = { port: 0 };
  const { coordinator, begin } = await readyCoordinator({
    layout,
    config: config.value,
    runtimes: createRuntimes(config.value, {
      env: process.env,
      platform: process.platform,
      isRoot: process.getuid?.() === 0,
      homedir: userHome(),
      demoAgent: options.demoAgent,
      ziggie: options.ziggie,
    }),
    ownership: (options.own ?? ownAsThisSystem)({
      root: layout.root,
      environment: agentEnvironment(process.env, {}),
      nursery: options.nursery,
      log: options.log,
    }),
    clock: systemClock,
    log: options.log,
    operatorToken: token,
    version,
    url: () => `http://127.0.0.1:${address.port}`,
  });
  const server = await startServer(
    { coordinator, operatorToken: token, dashboardFolder: options.dashboardFolder, version, log: options.log },
    options.port ?? config.value.port,
  );
  if (!server.ok) return server;
  address.port = server.value.port;
  try {
    await begin();
  } catch (error) {
    await server.value.close(); // Nobody may be served by what could not begin.
    throw error;
  }
  const endAnnouncing = await announceAtLast(layout, address.port, options.log);
  const host = hostOf({ coordinator, server: server.value, token, layout, lock, log: options.log });
  return ok({
    ...host,
    close: (reason) => {
      endAnnouncing();
      return host.close(reason);
    },
  });
}

/** A full disk may not take the file now; then it is written once there is room. Call what it settles with to end that. */
async function announceAtLast(layout: Layout, port: number, log: (line: string) => void): Promise<() => void> {
  const startedAt = systemClock.now();
  try {
    await announce(layout, port, startedAt);
    return () => undefined;
  } catch (error) {
    if (!isStorageError(error)) throw error;
    log(`coordinator.json could not be written (${error.message}); it is tried again until it can`);
    const again = setInterval(() => {
      announce(layout, port, startedAt).then(
        () => clearInterval(again),
        (stillNot: unknown) => log(`coordinator.json could not be written: ${String(stillNot)}`),
      );
    }, announceAgainMs).unref();
    return () => clearInterval(again);
  }
}

const announceAgainMs = 5000;

interface HostParts {
  readonly coordinator: Coordinator;
  readonly server: ApiServer;
  readonly token: string;
  readonly layout: Layout;
  readonly lock: RootLock;
  readonly log: (line: string) => void;
}

function hostOf({ coordinator, server, token, layout, lock, log }: HostParts): Host {
  const url = `http://127.0.0.1:${server.port}`;
  return {
    coordinator,
    url,
    port: server.port,
    token,
    dashboardUrl: () => `${url}/#code=${server.issueCode()}`,
    close: async (reason) => {
      withdraw(layout, log);
      await server.close();
      await coordinator.close(reason);
      await lock.release();
    },
  };
}
