/**
 * What `ziggie doctor` looks at: the machine, the root folder, the settings and the agent CLIs.
 * Beside the command, because it needs the coordinator's half of the program.
 */
import { randomUUID } from 'node:crypto';
import { lstat, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../protocol/config.ts';
import { loadConfig } from './coordinator/root/config-file.ts';
import { type Layout, layoutOf } from './coordinator/root/layout.ts';
import { findProgram } from './coordinator/runtimes/find-executable.ts';
import { createRuntimes } from './coordinator/runtimes/registry.ts';
import { installedPaths } from './paths.ts';

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  /** `fail`: it will not work like this. `warn`: it works, with something less. */
  readonly state: 'ok' | 'warn' | 'fail';
  /** What was found. */
  readonly message: string;
  /** What to do about it; null when nothing has to be done. */
  readonly mend: string | null;
}

const well = (name: string, message: string): Check => ({ name, state: 'ok', message, mend: null });
const warn = (name: string, message: string, mend: string): Check => ({ name, state: 'warn', message, mend });
const bad = (name: string, message: string, mend: string): Check => ({ name, state: 'fail', message, mend });

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `root` absolute; `ownPort` is that of a coordinator of this root that answers, or null. Nothing is changed, but for a
 * file that is written into the root and removed.
 */
export async function examine(root: string, ownPort: number | null, env: Environment): Promise<Check[]> {
  const layout = layoutOf(root);
  const { check: settings, config } = checkConfig(layout);
  const [folder, tokenFile, port, runtimes] = await Promise.all([
    checkRoot(layout),
    checkTokenFile(layout),
    config === null ? null : checkPort(config.port, ownPort),
    config === null ? [] : checkRuntimes(config, env),
  ]);
  const found = [checkNode(process.version), folder, settings, port, tokenFile];
  return [...found.filter((check) => check !== null), ...runtimes];
}

/** Whether a bare `ziggie` starts this command for whoever has this environment. */
export const isOnPath = async (env: Environment): Promise<boolean> =>
  (await findProgram('ziggie', { env: { ...env }, platform: process.platform })).found;

const leastNode = [20, 19] as const;
/** Below this a journal segment and a day of logs hardly fit. */
const leastFreeMb = 512;

function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const isEnough = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]);
  return isEnough
    ? well('Node.js', version)
    : bad('Node.js', `${version} is too old`, `Install Node.js ${leastNode.join('.')} or newer.`);
}

async function checkRoot({ root }: Layout): Promise<Check> {
  const info = await lstat(root).catch(() => null);
  if (info === null) return well('root', `${root} does not exist yet; the coordinator makes it`);
  if (!info.isDirectory()) {
    return bad('root', `${root} is not a folder`, 'Remove it, or choose another root with --root or ZIGGIE_ROOT.');
  }
  const trial = join(root, `doctor.${randomUUID()}.tmp`);
  try {
    await writeFile(trial, 'trial', { flag: 'wx', mode: 0o600 });
  } catch (error) {
    return bad('root', `${root} cannot be written: ${String(error)}`, 'See to its permissions and the free space.');
  } finally {
    await rm(trial, { force: true });
  }
  const { bavail, bsize } = await statfs(root);
  const freeMb = Math.floor((bavail * bsize) / 1_048_576);
  if (freeMb < leastFreeMb) {
    return warn(
      'root',
      `${root} has ${freeMb} MB of free space`,
      `Free some: below ${leastFreeMb} MB logs soon fill it.`,
    );
  }
  return well('root', `${root}, writable, ${freeMb} MB free`);
}

/** The configuration too where it can be read, for the checks that need it. */
function checkConfig({ config }: Layout): { check: Check; config: Config | null } {
  const loaded = loadConfig(config);
  if (!loaded.ok) {
    return {
      check: bad('config.json', loaded.failure.message, 'Correct the file; docs/protocol.md lists every setting.'),
      config: null,
    };
  }
  const { default_runtime, limits } = loaded.value;
  const said = `default runtime ${default_runtime}, at most ${limits.max_running} agents at once`;
  return { check: well('config.json', said), config: loaded.value };
}

/** Who else holds the port is no failure: the next free one is taken then. */
async function checkPort(port: number, ownPort: number | null): Promise<Check> {
  if (port === ownPort) return well('port', `${port}, served by this coordinator`);
  if (ownPort !== null) return well('port', `${ownPort}, served by this coordinator (config.json wishes ${port})`);
  const trouble = await new Promise<string | null>((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(null)));
  });
  if (trouble === null) return well('port', `${port} is free`);
  return warn(
    'port',
    `${port} cannot be used (${trouble})`,
    'The coordinator takes the next free one and says so in coordinator.json; set "port" in config.json to choose.',
  );
}

/** Whoever reads it is the operator. */
async function checkTokenFile({ token }: Layout): Promise<Check | null> {
  const info = await stat(token).catch(() => null);
  if (info === null || process.platform === 'win32') return null;
  const others = info.mode & 0o077;
  if (others === 0) return well('token file', 'readable by this user only');
  return bad(
    'token file',
    `${token} can be read by others (mode ${(info.mode & 0o777).toString(8)})`,
    `Run: chmod 600 "${token}"; and remove it to have a new one made, if somebody may have read it.`,
  );
}

/** A runtime that nobody named may be missing: the built-in ones are always listed. */
async function checkRuntimes(config: Config, env: Environment): Promise<Check[]> {
  const runtimes = createRuntimes(config, {
    env: { ...env },
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    homedir: homedir(),
    demoAgent: installedPaths.demoAgent,
    ziggie: installedPaths.ziggie,
  });
  const checks = runtimes.names.map(async (name): Promise<Check> => {
    const label = `runtime ${name}`;
    const isDefault = name === config.default_runtime;
    const runtime = runtimes.get(name);
    if (!runtime.ok) return bad(label, runtime.failure.message, 'Correct config.json.');
    const program = await runtime.value.locate();
    if (program.ok) {
      const { file, leadingArgs } = program.value;
      return well(label, `${[file, ...leadingArgs].join(' ')}${isDefault ? ' (the default)' : ''}`);
    }
    const mend = `Install it, or name its program as runtimes.${name}.command in config.json.`;
    return isDefault ? bad(label, program.failure.message, mend) : warn(label, program.failure.message, mend);
  });
  return Promise.all(checks);
}
