/** The real Claude Code, at the release that `test/claude-cli` pins, installed from the registry at first use. */
import { access, constants, mkdir, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';

export type ClaudeCli = { readonly file: string } | { readonly skip: string };

const folder = path.resolve(import.meta.dirname, '../claude-cli');
const lockFile = path.join(folder, '.cache', 'installing');

/** An install takes 10 s here; a slow line gets ten times that, and a worker that waits for another's a little more. */
const installLimitMs = 120_000;
const waitLimitMs = installLimitMs + 20_000;

const attempts = new Map<string, Promise<ClaudeCli>>();

/**
 * `file` is the native program, to be started directly. `skip` says in plain words why this machine has none. Once per
 * process; several test workers at a time install it once.
 */
export function claudeCli(): Promise<ClaudeCli> {
  const attempt = attempts.get(folder) ?? findOrInstall();
  attempts.set(folder, attempt);
  return attempt;
}

async function findOrInstall(): Promise<ClaudeCli> {
  const present = await findProgram();
  if (present !== null) return { file: present };
  const release = await takeLock();
  if (release === null)
    return { skip: `another process has been installing Claude Code for over ${waitLimitMs / 1000} s` };
  try {
    const meanwhile = await findProgram();
    return meanwhile === null ? await install() : { file: meanwhile };
  } finally {
    await release();
  }
}

async function install(): Promise<ClaudeCli> {
  // Without install scripts: the program is a file of its platform package, and nothing of a package runs here unasked.
  const run = await execa('npm', ['ci', '--ignore-scripts', '--fetch-retries=1'], {
    cwd: folder,
    timeout: installLimitMs,
    reject: false,
    stdin: 'ignore',
  });
  const file = await findProgram();
  if (!run.failed && file !== null) return { file };
  const said = run.stderr.split('\n').find((line) => /^npm (error|ERR!)/.test(line));
  return {
    skip: `Claude Code could not be installed by "npm ci" in test/claude-cli: ${said ?? run.shortMessage ?? 'no program for this system'}`,
  };
}

/** The program of the release that the lock file names, or null. */
async function findProgram(): Promise<string | null> {
  const packages = path.join(folder, 'node_modules', '@anthropic-ai');
  const wanted = await versionIn(
    path.join(folder, 'package.json'),
    (json) => json.dependencies?.['@anthropic-ai/claude-code'],
  );
  const installed = await versionIn(path.join(packages, 'claude-code', 'package.json'), (json) => json.version);
  if (wanted === null || wanted !== installed) return null;
  const system = `${process.platform}-${process.arch}`;
  const name = process.platform === 'win32' ? 'claude.exe' : 'claude';
  for (const variant of [system, `${system}-musl`]) {
    const file = path.join(packages, `claude-code-${variant}`, name);
    if (await isThere(file, constants.X_OK)) return file;
  }
  return null;
}

interface PackageJson {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

async function versionIn(file: string, pick: (json: PackageJson) => string | undefined): Promise<string | null> {
  if (!(await isThere(file, constants.R_OK))) return null;
  return pick(JSON.parse(await readFile(file, 'utf8')) as PackageJson) ?? null;
}

async function isThere(file: string, mode: number): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  );
}

/** Exclusive among all processes; a lock whose holder is gone is taken over. null when it was never free. */
async function takeLock(): Promise<(() => Promise<void>) | null> {
  await mkdir(path.dirname(lockFile), { recursive: true });
  const deadline = Date.now() + waitLimitMs;
  while (Date.now() < deadline) {
    if (await createLock()) return () => rm(lockFile, { force: true });
    if (await holderIsGone()) await rm(lockFile, { force: true });
    else await delay(250);
  }
  return null;
}

async function createLock(): Promise<boolean> {
  try {
    const handle = await open(lockFile, 'wx');
    await handle.writeFile(String(process.pid));
    await handle.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function holderIsGone(): Promise<boolean> {
  const text = await readFile(lockFile, 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  if (!Number.isInteger(pid)) return false; // It is just being written, or just gone.
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
