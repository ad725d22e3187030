/**
 * The baseline, in a small process of its own: what a start costs grows with the size of the process that makes it, and
 * the benchmark's own grows with every answer it reads. Told a number of starts, it answers how many ms they took.
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const thisFile = fileURLToPath(import.meta.url);

/** @param {string} program @param {readonly string[]} args */
export function startBaseline(program, args) {
  const child = fork(thisFile, [program, ...args]);
  return {
    /** Milliseconds from the first `child_process.spawn` to the last "spawn" event; the children are ended then. */
    async starts(/** @type {number} */ count) {
      child.send(count);
      const [milliseconds] = await once(child, 'message');
      return /** @type {number} */ (milliseconds);
    },
    close: () => child.disconnect(),
  };
}

if (process.argv[1] === thisFile) {
  const [program = '', ...args] = process.argv.slice(2);
  process.on('message', (count) => void start(program, args, Number(count)));
  process.on('disconnect', () => process.exit(0));
}

async function start(program, args, count) {
  const began = performance.now();
  const children = Array.from({ length: count }, () => spawn(program, args, { stdio: 'ignore', detached: true }));
  await Promise.all(children.map((child) => once(child, 'spawn')));
  const milliseconds = performance.now() - began;
  const exits = children.map((child) => once(child, 'exit'));
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(exits);
  process.send?.(milliseconds);
}
