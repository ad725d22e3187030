/** A Python that the client runs on. */
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';

export const pythonClient = resolve(import.meta.dirname, '../../clients/python');

/** The name of an interpreter of 3.9 or newer, the oldest that the client promises where it is there; null where there is none. */
export const python =
  ['python3.9', 'python3', 'python'].find(
    (name) => spawnSync(name, ['-c', 'import sys; sys.exit(sys.version_info < (3, 9))']).status === 0,
  ) ?? null;
