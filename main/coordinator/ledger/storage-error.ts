/** Telling a disk (or a descriptor table) that refuses, which is expected trouble, from a bug. */
import { JournalError } from './journal.ts';

/** No space, no quota, a broken or read-only disk, no descriptor left. */
const codes = new Set(['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EMFILE', 'ENFILE', 'EPERM', 'EACCES', 'EBUSY']);

export function isStorageError(error: unknown): error is Error {
  if (error instanceof JournalError) return true;
  return error instanceof Error && 'code' in error && codes.has(String(error.code)) && 'syscall' in error;
}
