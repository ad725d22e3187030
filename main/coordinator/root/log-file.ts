/** Opens an agent's log for reading. */
import { constants, type FileHandle, open } from 'node:fs/promises';
import { fail, ok, type Result } from '../../../protocol/failures.ts';

/**
 * null: there is none yet. An agent can write into its log folder: a link or a pipe in place of its log is never followed
 * or waited for.
 */
export async function openLog(path: string): Promise<Result<FileHandle | null>> {
  try {
    const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
    const info = await file.stat();
    if (info.isFile() && info.nlink === 1) return ok(file);
    await file.close();
    return replaced;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ok(null);
    if (error instanceof Error && 'code' in error && error.code === 'ELOOP') return replaced;
    throw error;
  }
}

const replaced = fail('NOT_ALLOWED', 'The log file is not the one this coordinator made; it is not shown.', {
  reason: 'log_replaced',
});
