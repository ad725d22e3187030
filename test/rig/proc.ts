/** Processes as /proc tells of them, independent of the product's own reading. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Fields of `stat` after the name, which may hold anything; null when the process is gone. */
function statOf(pid: number): readonly string[] | null {
  const text = textOf(`/proc/${pid}/stat`);
  return text === null ? null : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Gone, or a zombie. */
export function isOver(pid: number): boolean {
  const state = statOf(pid)?.[0];
  return state === undefined || state === 'Z' || state === 'X';
}

export const livingPids = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => !isOver(pid));

export const environmentOf = (pid: number): string[] => (textOf(`/proc/${pid}/environ`) ?? '').split('\0');

/** Children of any thread that have ended and wait for it. */
export function zombiesOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const stat = statOf(pid);
      return stat !== null && stat[0] === 'Z' && Number(stat[1]) === parent;
    });
}

export const descriptorsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

export const threadsOf = (pid: number): number[] => readdirSync(`/proc/${pid}/task`).map(Number);

/** Resident memory in KiB. */
export function residentKiB(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(textOf(`/proc/${pid}/status`) ?? '');
  return Number(line?.[1] ?? Number.NaN);
}

export const childrenOf = (pid: number): number[] =>
  threadsOf(pid).flatMap((thread) =>
    (textOf(`/proc/${pid}/task/${thread}/children`) ?? '').split(' ').filter(Boolean).map(Number),
  );

export const commandLineOf = (pid: number): string => (textOf(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ');

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null; // It ended while we looked, or is somebody else's.
  }
}

/** True while the process holds an established connection to that port of 127.0.0.1. */
export function isConnected(pid: number, port: number): boolean {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , remote = '', state]) => remote.endsWith(wanted) && state === '01')
    .map((fields) => `socket:[${fields[9]}]`);
  return readdirSync(`/proc/${pid}/fd`).some((fd) => inodes.includes(linkOrNone(`/proc/${pid}/fd/${fd}`)));
}

function linkOrNone(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // Closed meanwhile.
  }
}
