/**
 * Six projects, by how much of the product a test starts:
 *
 *   unit          one part, in this process or one child
 *   integration   the built or composed coordinator with real processes, sockets and files
 *   e2e           the whole product in a real browser, two files at a time
 *   soak          the built coordinator under crashes, faults and load; ZIGGIE_SOAK_TIER=full does ten times as much
 *   windows       the built coordinator on the Windows node.exe under Wine; skipped without `npm run test:windows`
 *   packaged      the packaged Windows application and its installer under Wine; skipped without `npm run dist:check`
 */
import { defineConfig } from 'vitest/config';
import type { TestProjectInlineConfiguration } from 'vitest/config';

function project(
  name: string,
  testTimeout: number,
  order: number,
  /** How many files at a time: most of the time a test waits for processes of its own. */
  maxWorkers: number,
): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name,
      include: [`test/${name}/**/*.test.{ts,tsx}`],
      testTimeout,
      hookTimeout: testTimeout,
      maxWorkers,
      fileParallelism: maxWorkers > 1,
      // One project after the other, so that a run on two cores is the same run every time.
      sequence: { groupOrder: order },
    },
  };
}

/** In the full tier a scenario has the machine for itself, and an hour. */
const isFullSoak = process.env['ZIGGIE_SOAK_TIER'] === 'full';

export default defineConfig({
  // The product's vite.config.ts has its own root; tests are found from here.
  root: import.meta.dirname,
  test: {
    environment: 'node',
    pool: 'forks',
    passWithNoTests: true,
    restoreMocks: true,
    // A soak scenario ends with a line of figures, which is to be seen as it is.
    disableConsoleIntercept: true,
    projects: [
      project('unit', 20_000, 0, 3),
      project('integration', 60_000, 1, 4),
      project('e2e', 120_000, 2, 2),
      project('soak', isFullSoak ? 3_600_000 : 180_000, 3, isFullSoak ? 1 : 2),
      project('windows', 240_000, 4, 1),
      project('packaged', 240_000, 5, 1),
    ],
  },
});
