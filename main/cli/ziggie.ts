/** The entry of the `ziggie` command. */
import { exitCodes } from './exit-codes.ts';
import { createIo } from './io.ts';
import { runCli } from './program.ts';

// Installed, the desktop's program runs this as plain Node; what is started from here (a browser, an editor) must not.
delete process.env['ELECTRON_RUN_AS_NODE'];

const io = createIo(process, process.env);
try {
  // Set and left: an exit by force would cut off what is still being written.
  process.exitCode = await runCli(process.argv.slice(2), io);
} catch (error) {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  await io.err(`ziggie: INTERNAL: a mistake in ziggie itself: ${reason}\n`);
  process.exitCode = exitCodes.failed;
}
