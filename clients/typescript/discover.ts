/** Finds the running coordinator on this machine. Node only. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { defaultRoot } from '../../protocol/default-root.ts';
import { type Discovery, discoverySchema } from '../../protocol/discovery.ts';
import { parseAnswer } from './answer.ts';
import { type ClientResult, unreachable } from './client.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Found {
  readonly url: string;
  readonly token: string;
  /** The root folder; null where the environment names an address only. */
  readonly root: string | null;
}

/** The root folder meant by `--root`, else by ZIGGIE_ROOT, else the system's default place. Absolute. */
export function chooseRoot(given: string | null, env: Environment = process.env): string {
  const named = given ?? env['ZIGGIE_ROOT'];
  if (named !== undefined && named !== '') return resolve(named);
  return defaultRoot(process.platform, env, homedir(), existsSync);
}

/**
 * Address and token of the coordinator. An agent has both in its environment, with a token of its own rights, and these
 * win; unless `--root` names another root than the agent's. An agent outlives the coordinator that started it: where the
 * `coordinator.json` of its root names a living one, that is where the token goes, not to whoever has the old port by now.
 * Everyone else reads `coordinator.json` below the root and the token file it names.
 */
export async function discover(given: string | null, env: Environment = process.env): Promise<ClientResult<Found>> {
  const root = chooseRoot(given, env);
  const url = env['ZIGGIE_URL'];
  const token = env['ZIGGIE_TOKEN'];
  if (url !== undefined && url !== '' && token !== undefined && token !== '') {
    const own = env['ZIGGIE_ROOT'];
    const ownRoot = own === undefined || own === '' ? null : resolve(own);
    if (given === null || root === ownRoot) {
      const announced = ownRoot === null ? null : await announcedIn(ownRoot);
      return { ok: true, value: { url: announced ?? url, token, root: ownRoot } };
    }
  }
  return await fromFiles(root);
}

/** Where the coordinator of a root is now; null when no living one says so. */
async function announcedIn(root: string): Promise<string | null> {
  const file = join(root, 'coordinator.json');
  const text = await readText(file);
  const discovery = text.ok ? parseAnswer(discoverySchema, text.value, file) : null;
  return discovery?.ok === true && isAlive(discovery.value.pid) ? discovery.value.url : null;
}

async function fromFiles(root: string): Promise<ClientResult<Found>> {
  const file = join(root, 'coordinator.json');
  const text = await readText(file);
  if (!text.ok) {
    return unreachable(
      `No coordinator was found: ${file} cannot be read (${text.reason}). Start one with \`ziggie serve\`, ` +
        'or name its folder with --root or ZIGGIE_ROOT.',
      { looked_for: file },
    );
  }
  const discovery = parseAnswer(discoverySchema, text.value, file);
  if (!discovery.ok) return discovery;
  const { pid, url } = discovery.value;
  if (!isAlive(pid)) {
    return unreachable(
      `The coordinator of ${root} is not running: ${file} names process ${pid}, which is gone. Start it with \`ziggie serve\`.`,
      { looked_for: file, pid },
    );
  }
  const token = await readToken(root, discovery.value);
  return token.ok ? { ok: true, value: { url, token: token.value, root } } : token;
}

async function readToken(root: string, { token_file, pid }: Discovery): Promise<ClientResult<string>> {
  const file = resolve(root, token_file);
  const text = await readText(file);
  if (!text.ok) {
    return unreachable(
      `The coordinator (process ${pid}) runs, but its token ${file} cannot be read (${text.reason}). ` +
        'Only the user it runs as can use it.',
      { looked_for: file },
    );
  }
  return { ok: true, value: text.value.trim() };
}

type Text = { readonly ok: true; readonly value: string } | { readonly ok: false; readonly reason: string };

async function readText(file: string): Promise<Text> {
  try {
    return { ok: true, value: await readFile(file, 'utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return { ok: false, reason: code === 'ENOENT' ? 'there is no such file' : code };
  }
}

/** A process that belongs to somebody else (EPERM) is alive too. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
