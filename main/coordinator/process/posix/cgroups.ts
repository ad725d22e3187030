/**
 * One cgroup (version 2) per run, below the cgroup this coordinator itself is in, so that it also works in a folder that was
 * handed to a user. Membership is inherited and cannot be left by forking, changing sessions or clearing the environment, so
 * it is the most reliable way to find a run's processes, and `cgroup.kill` ends all of them at once. No controllers are
 * asked for: those would not be allowed where processes live. Every call may find nothing: then other ways are used.
 */
import { createHash } from 'node:crypto';
import { accessSync, constants, mkdirSync, readdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RunName } from '../launcher.ts';
import { readSmallFile } from './small-file.ts';

export interface CgroupUsage {
  /** Seconds, ended members included. */
  readonly cpuSeconds: number | null;
  /** Null unless somebody gave the memory controller to our folder. What can be dropped at any time is not counted. */
  readonly memoryBytes: number | null;
}

export class Cgroups {
  readonly #folder: string;
  /** Whether somebody gave the memory controller to the runs' cgroups. */
  readonly #tellsMemory: boolean;
  /** Of runs that are over, where somebody was still in it (a process that has just been killed). */
  readonly #toRemove = new Set<string>();

  private constructor(folder: string) {
    this.#folder = folder;
    this.#tellsMemory = /\bmemory\b/.test(readOr(join(folder, 'cgroup.subtree_control')));
  }

  /** null: no version 2 here, or we may not write there. Removes what earlier runs left empty. */
  static open(root: string): Cgroups | null {
    const own =
      process.platform === 'linux' ? ownCgroup(readOr('/proc/self/mountinfo'), readOr('/proc/self/cgroup')) : null;
    return own === null ? null : Cgroups.below(own, root);
  }

  /** The same below a folder that is known. */
  static below(own: string, root: string): Cgroups | null {
    const folder = join(own, `ziggie-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`);
    try {
      accessSync(join(own, 'cgroup.procs'), constants.W_OK); // Who is moved needs this, too.
      mkdirSync(folder, { recursive: true });
    } catch {
      return null; // Read-only, or somebody else's: nothing to write to.
    }
    const cgroups = new Cgroups(folder);
    for (const name of foldersIn(folder)) removeTree(join(folder, name)); // One with living members stays.
    return cgroups;
  }

  /** The run's cgroup, made for it; null when that is not possible. */
  make(run: RunName): string | null {
    const path = this.#pathOf(run);
    this.#toRemove.delete(path); // The attempt is started again.
    try {
      mkdirSync(path);
    } catch (error) {
      // There already: of a start that was cut short. Anything else: it runs without.
      return error instanceof Error && 'code' in error && error.code === 'EEXIST' ? path : null;
    }
    return path;
  }

  /** Pids in the run's cgroup and in those the agent made below it. */
  members(run: RunName): number[] {
    return pidsBelow(this.#pathOf(run));
  }

  /** Tells the system to end all members, and what they fork meanwhile. False: it has no such way, or no such cgroup. */
  kill(run: RunName): boolean {
    try {
      writeFileSync(join(this.#pathOf(run), 'cgroup.kill'), '1', { flag: 'r+' });
      return true;
    } catch {
      return false; // Before Linux 5.14; whoever asked signals the members one by one.
    }
  }

  /** Tells the system to freeze all members, and whoever enters; or to let them go on. False: it has no such way, or no such cgroup. */
  freeze(run: RunName, isFrozen: boolean): boolean {
    try {
      writeFileSync(join(this.#pathOf(run), 'cgroup.freeze'), isFrozen ? '1' : '0', { flag: 'r+' });
      return true;
    } catch {
      return false; // Before Linux 5.2; whoever asked stops the members one by one.
    }
  }

  /** True when all of them have come to rest. */
  isFrozen(run: RunName): boolean {
    return field(readOr(join(this.#pathOf(run), 'cgroup.events')), 'frozen') === 1;
  }

  usage(run: RunName): CgroupUsage {
    const path = this.#pathOf(run);
    const microseconds = field(readOr(join(path, 'cpu.stat')), 'usage_usec');
    return {
      cpuSeconds: microseconds === null ? null : microseconds / 1e6,
      memoryBytes: this.#tellsMemory ? memoryBytes(path) : null,
    };
  }

  /** Removes the run's cgroup as soon as nobody is in it: now, with the next that is removed, or at the next start. */
  remove(run: RunName): void {
    this.#toRemove.add(this.#pathOf(run));
    for (const path of this.#toRemove) if (removeTree(path)) this.#toRemove.delete(path);
  }

  /** Removes the coordinator's own folder if no run is left in it. */
  close(): void {
    removeOne(this.#folder);
  }

  #pathOf({ agentId, attempt }: RunName): string {
    return join(this.#folder, `${agentId}-${attempt}`);
  }
}

/**
 * Where this process's cgroup of version 2 lies in the file system, from the texts of mountinfo and cgroup of /proc/self;
 * null where there is none. Handles a mount beside version 1 ("hybrid") and a mount of a part of the hierarchy.
 */
export function ownCgroup(mountinfo: string, cgroup: string): string | null {
  const own = /^0::(\/.*)$/m.exec(cgroup)?.[1];
  if (own === undefined || own.startsWith('/..')) return null; // Outside of the namespace that we see.
  for (const line of mountinfo.split('\n')) {
    const [mount = '', source = ''] = line.split(' - ');
    const [, , , mountedPart, mountPoint] = mount.split(' ').map(unescapeOctal);
    if (!source.startsWith('cgroup2 ') || mountedPart === undefined || mountPoint === undefined) continue;
    const prefix = mountedPart === '/' ? '' : mountedPart;
    if (own === prefix || own.startsWith(`${prefix}/`)) return resolve(mountPoint, `.${own.slice(prefix.length)}`);
  }
  return null;
}

/** mountinfo writes blanks and the like as `\040`. */
const unescapeOctal = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

function pidsBelow(folder: string): number[] {
  const own = readOr(join(folder, 'cgroup.procs')).split('\n').filter(Boolean).map(Number);
  return [...own, ...foldersIn(folder).flatMap((name) => pidsBelow(join(folder, name)))];
}

function foldersIn(folder: string): string[] {
  try {
    if (statSync(folder).nlink === 2) return []; // A cgroup counts those below it; most have none.
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return []; // No such cgroup.
  }
}

/** Innermost first; one that is in use refuses, and so do those above it. */
function removeTree(folder: string): boolean {
  for (const name of foldersIn(folder)) removeTree(join(folder, name));
  return removeOne(folder);
}

/** True when it is not there any more. */
function removeOne(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}

function memoryBytes(path: string): number | null {
  const current = readOr(join(path, 'memory.current')).trim();
  const droppable = field(readOr(join(path, 'memory.stat')), 'inactive_file') ?? 0;
  return current === '' ? null : Math.max(0, Number(current) - droppable);
}

function field(text: string, name: string): number | null {
  const value = new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1];
  return value === undefined ? null : Number(value);
}

/** Empty when there is nothing to read. */
function readOr(path: string): string {
  try {
    return readSmallFile(path);
  } catch {
    return '';
  }
}
