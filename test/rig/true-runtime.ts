/** A runtime whose every agent would be `/bin/true`: for tests that start nothing, or only hold its launcher. */
import { plainOutputReader, type Runtime } from '../../main/coordinator/runtimes/runtime.ts';
import { fail, ok } from '../../protocol/failures.ts';

export const trueRuntime: Runtime = {
  kind: 'command',
  locate: () => Promise.resolve(ok({ file: '/bin/true', leadingArgs: [], env: {} })),
  preparePrompt: (prompt) => prompt,
  launch: () => ({ file: '/bin/true', args: [], env: {}, promptOnStdin: false, files: {} }),
  stopSteps: () => [],
  message: () => Promise.resolve(fail('NOT_SUPPORTED', 'as the test says')),
  outputReader: plainOutputReader,
};
