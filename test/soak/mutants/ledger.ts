/** Faults in what makes a request durable, and in how it is read back. */
import type { Mutant } from './mutant.ts';

export const ledgerMutants: readonly Mutant[] = [
  {
    name: 'an append does not wait for the disk',
    file: 'main/coordinator/ledger/journal.ts',
    find: 'await fdatasyncAsync(segment.fd);',
    replace: '',
    tests: ['test/unit/ledger/journal.test.ts'],
  },
  {
    name: 'a descriptor whose sync failed is used again',
    file: 'main/coordinator/ledger/journal.ts',
    find: "this.#state = { is: 'retired', error, path, bytes };",
    replace: '',
    tests: ['test/unit/ledger/journal.test.ts'],
  },
  {
    name: 'an append is called durable before it was written',
    file: 'main/coordinator/ledger/journal.ts',
    find: 'const error = await this.#write(batch);',
    replace: 'const error = null; void this.#write(batch);',
    tests: ['test/unit/ledger/journal.test.ts'],
  },
  {
    name: 'a checksum is not looked at',
    file: 'main/coordinator/ledger/journal-line.ts',
    find: 'return checksum(seq, json) === sum ? { seq, json } : null;',
    replace: 'return sum === undefined ? null : { seq, json };',
    tests: ['test/unit/ledger/journal-line.test.ts'],
  },
  {
    name: 'a torn tail stays in the file',
    file: 'main/coordinator/ledger/journal-read.ts',
    find: 'truncateSync(path, offset);',
    replace: '',
    tests: ['test/unit/ledger/journal-read.test.ts'],
  },
  {
    name: 'a gap in the sequence is read over',
    file: 'main/coordinator/ledger/journal-read.ts',
    find: 'if (event.seq > position.last + 1) return false;',
    replace: '',
    tests: ['test/unit/ledger/journal-read.test.ts'],
  },
  {
    name: 'good records after a damaged one are cut off with it',
    file: 'main/coordinator/ledger/journal-read.ts',
    find: 'if (!mayBeTorn(bytes, offset, line) || hasGoodRecordAfter(bytes, offset)) return damaged',
    replace: 'if (!mayBeTorn(bytes, offset, line)) return damaged',
    tests: ['test/unit/ledger/journal-read.test.ts'],
  },
  {
    name: 'a record that stands there twice happens twice',
    file: 'main/coordinator/ledger/journal-read.ts',
    find: 'if (event.seq === position.last + 1 && event.seq <= owes) {',
    replace: 'if (event.seq <= owes) {',
    tests: ['test/unit/ledger/journal-read.test.ts'],
  },
  {
    name: 'events are told before they are durable',
    file: 'main/coordinator/ledger/ledger.ts',
    find: 'await appended;',
    replace: 'appended.catch(() => undefined);',
    tests: ['test/unit/ledger/journal.test.ts'],
  },
  {
    name: 'what the disk refused is still counted on',
    file: 'main/coordinator/ledger/ledger.ts',
    find: 'this.#epoch += 1;\n      this.#pending = this.#current;',
    replace: 'this.#epoch += 1;',
    tests: ['test/unit/ledger/journal.test.ts'],
  },
  {
    name: 'a file is put in place before it was written',
    file: 'main/coordinator/ledger/atomic-file.ts',
    find: 'const fd = openSync(temporary, createFlags, 0o600);\n  try {\n    for (let done = 0; done < bytes.length;) done +=',
    replace:
      'const fd = openSync(temporary, createFlags, 0o600);\n  renameSync(temporary, path);\n  openSync(temporary, createFlags, 0o600);\n  try {\n    for (let done = 0; done < bytes.length;) done +=',
    tests: ['test/unit/ledger/atomic-file.test.ts'],
  },
  {
    name: 'a socket file is left over though its process lives',
    file: 'main/coordinator/ledger/root-lock-file.ts',
    find: 'if (last > 0 && (await answers(files.pathOf(last)))) return null;',
    replace: '',
    tests: ['test/unit/ledger/root-lock.test.ts'],
  },
  {
    name: 'a second coordinator may work on the same root',
    file: 'main/coordinator/ledger/root-lock-socket.ts',
    find: "if ('code' in error && error.code === 'EADDRINUSE') resolve(null);",
    replace: "if ('code' in error && error.code === 'EADDRINUSE') resolve(server);",
    tests: ['test/unit/ledger/root-lock.test.ts'],
  },
];
