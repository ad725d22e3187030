/** Trouble of the machine and not of the request: it passes, and a request waits for that instead of being refused. */
import type { Failure } from '../../../protocol/failures.ts';

/** Descriptors or memory used up, a disk that cannot read now, a file that somebody else holds at this moment. */
const passingCodes: ReadonlySet<string> = new Set([
  'EAGAIN',
  'EBUSY',
  'EINTR',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ESTALE',
  'ETIMEDOUT',
]);

/** The system's code of an error (`ENOENT`), or null when it has none. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Of an error of reading. What writing may come upon is told by `isStorageError`. */
export function isPassing(error: unknown): boolean {
  const code = codeOf(error);
  return code !== null && passingCodes.has(code);
}

/** Failures that say nothing of the request: it was not taken, and the same file will be when the trouble is over. */
export function isForLater({ code }: Failure): boolean {
  return code === 'STORAGE_UNAVAILABLE' || code === 'STOPPING';
}
