/** The plain Node entry: the same coordinator without the desktop. `ziggie serve` is the same with a help text. */
import { parseArgs } from 'node:util';
import { type HeadlessOptions, runHeadless } from './serve.ts';

const usageExitCode = 64;

function readOptions(): HeadlessOptions | string {
  try {
    const { values } = parseArgs({
      options: {
        root: { type: 'string' },
        port: { type: 'string' },
        open: { type: 'boolean', default: false },
        demo: { type: 'boolean', default: false },
      },
    });
    const port = values.port === undefined ? null : Number(values.port);
    if (port !== null && !(Number.isInteger(port) && port >= 0 && port <= 65_535))
      return `--port takes 0 to 65535, given "${values.port}"`;
    return { root: values.root ?? null, port, open: values.open, demo: values.demo, json: false };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const options = readOptions();
if (typeof options === 'string') {
  process.stderr.write(
    `ziggie: ${options}\nUsage: node dist/main/headless.js [--root DIR] [--port N] [--open] [--demo]\n`,
  );
  process.exitCode = usageExitCode;
} else {
  process.exitCode = await runHeadless(options);
}
