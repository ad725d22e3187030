/** One installer or builder at a time: two commands started together must not write into the same folders. */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { SetupError, at, say } from './run.mjs';

const PATIENCE_MS = 15 * 60_000;
/** A holder writes its pid right after it made the folder; one without a pid for this long died in between. */
const UNNAMED_MS = 10_000;

/**
 * Runs `work` while no other process of this checkout is inside `withLock`.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(work) {
  const folder = at('.cache', 'setup.lock');
  await acquire(folder);
  try {
    return await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder */
async function acquire(folder) {
  const deadline = Date.now() + PATIENCE_MS;
  let told = false;
  mkdirSync(join(folder, '..'), { recursive: true });
  while (!created(folder)) {
    const holder = holderOf(folder);
    if (isStale(folder, holder)) {
      discard(folder);
      continue;
    }
    if (Date.now() > deadline) {
      throw new SetupError(
        `Process ${holder} has held ${folder} for 15 minutes. Wait for it or end it, then run this again.`,
      );
    }
    if (!told) say(`Waiting for process ${holder}, which is installing or building here …`);
    told = true;
    await pause(200);
  }
  writeFileSync(join(folder, 'pid'), String(process.pid));
}

/** @param {string} folder @returns {boolean} whether this process made it */
function created(folder) {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** @param {string} folder @returns {number | null} null: not written yet, or just given back */
function holderOf(folder) {
  try {
    return Number.parseInt(readFileSync(join(folder, 'pid'), 'utf8'), 10) || null;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/** @param {string} folder @param {number | null} holder */
function isStale(folder, holder) {
  if (holder === null)
    return Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > UNNAMED_MS;
  // A container starts counting pids anew, so a lock with our own pid is one that an earlier life left behind.
  return holder === process.pid || !isAlive(holder);
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/** Moved first: of two processes that find the same stale lock only one succeeds. @param {string} folder */
function discard(folder) {
  const aside = `${folder}.${process.pid}`;
  try {
    renameSync(folder, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  rmSync(aside, { recursive: true, force: true });
}

/** @param {unknown} error @param {string} code */
const hasCode = (error, code) => error instanceof Error && 'code' in error && error.code === code;
