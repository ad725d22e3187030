/** Reading the small files that a kernel makes up at each look, hundreds of times a second: three calls for each and no copy. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const buffer = Buffer.alloc(8192);

/** As `readFileSync(path, 'latin1')`, errors too. */
export function readSmallFile(path: string): string {
  const fd = openSync(path, 'r');
  let count: number;
  try {
    count = readSync(fd, buffer, 0, buffer.length, 0);
  } finally {
    closeSync(fd);
  }
  return count < buffer.length ? buffer.toString('latin1', 0, count) : readFileSync(path, 'latin1');
}
