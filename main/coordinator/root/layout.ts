/** Where everything lies below the root. No other file joins a path of the root by hand. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export type Layout = ReturnType<typeof layoutOf>;

export function layoutOf(root: string) {
  const at = (...parts: string[]): string => join(root, ...parts);
  return {
    root,
    requests: at('requests'),
    rejected: at('requests', 'rejected'),
    responses: at('responses'),
    state: at('state'),
    logs: at('logs'),
    reports: at('reports'),
    prompts: at('prompts'),
    runs: at('runs'),
    journal: at('journal'),
    snapshot: at('db.json'),
    config: at('config.json'),
    discovery: at('coordinator.json'),
    token: at('token'),
    stateFile: (agentId: string) => at('state', `${agentId}.json`),
    logFile: (agentId: string) => at('logs', `${agentId}.log`),
    reportFile: (agentId: string) => at('reports', `${agentId}_COMPLETION_REPORT.md`),
    runFolder: (agentId: string) => at('runs', agentId),
    promptFile: (agentId: string) => at('runs', agentId, 'prompt.md'),
    attemptFolder: (agentId: string, attempt: number) => at('runs', agentId, String(attempt)),
    responseFile: (requestId: string) => at('responses', `${requestId}_response.json`),
    errorFile: (requestId: string) => at('responses', `${requestId}_error.json`),
  };
}

/** Makes every folder. Only the user may read them: prompts, logs and tokens are nobody else's. Throws what mkdir throws. */
export function makeFolders(layout: Layout): void {
  const { requests, rejected, responses, state, logs, reports, prompts, runs, journal } = layout;
  mkdirSync(layout.root, { recursive: true, mode: 0o700 });
  for (const folder of [requests, rejected, responses, state, logs, reports, prompts, runs, journal]) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
}
