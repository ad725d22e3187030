/** Checks of the machine and of the root folder: what has to be right before a coordinator can serve. */
import { randomUUID } from 'node:crypto';
import { lstat, rm, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Config } from '../../../protocol/config.ts';
import { loadConfig } from '../../coordinator/root/config-file.ts';
import type { Layout } from '../../coordinator/root/layout.ts';
import { bad, type Check, warn, well } from './check.ts';

const leastNode = [20, 19] as const;
/** Below this a journal segment and a day of logs hardly fit. */
const leastFreeMb = 512;

export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const isEnough = major > leastNode[0] || (major === leastNode[0] && minor >= leastNode[1]);
  return isEnough
    ? well('Node.js', version)
    : bad('Node.js', `${version} is too old`, `Install Node.js ${leastNode.join('.')} or newer.`);
}

export async function checkRoot({ root }: Layout): Promise<Check> {
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
export function checkConfig({ config }: Layout): { check: Check; config: Config | null } {
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
export async function checkPort(port: number, ownPort: number | null): Promise<Check> {
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
