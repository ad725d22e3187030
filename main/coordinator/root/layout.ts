/** Where everything lies below the root. No other file joins a path of the root by hand. */
import { overwatchLogPath } from '../../../protocol/overwatch-line.ts';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../../protocol/failures.ts';
import { makeFolder } from '../ledger/atomic-file.ts';

/** In the folder of each agent's runs. */
export const promptName = 'prompt.md';

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
    samples: at('samples.bin'),
    config: at('config.json'),
    discovery: at('coordinator.json'),
    token: at('token'),
    stateFile: (agentId: string) => at('state', `${agentId}.json`),
    overwatchLog: at(...overwatchLogPath),
    logFile: (agentId: string) => at('logs', `${agentId}.log`),
    reportFile: (agentId: string) => at('reports', `${agentId}_COMPLETION_REPORT.md`),
    runFolder: (agentId: string) => at('runs', agentId),
    promptFile: (agentId: string) => at('runs', agentId, promptName),
    attemptFolder: (agentId: string, attempt: number) => at('runs', agentId, String(attempt)),
    responseFile: (requestId: string) => at('responses', `${requestId}_response.json`),
    errorFile: (requestId: string) => at('responses', `${requestId}_error.json`),
  };
}

/** Files and folders that the coordinator keeps for itself. Prompts and reports are everybody's, as far as they may reach. */
export const ownPlaces = (layout: Layout): string[] => {
  const { requests, responses, state, logs, runs, journal, snapshot, samples, config, discovery, token } = layout;
  return [requests, responses, state, logs, runs, journal, snapshot, samples, config, discovery, token];
};

/**
 * Makes every folder. Only the user may read them: prompts, logs and tokens are nobody else's. Failures: a link or a file
 * stands in the place of one (INVALID_REQUEST, and nothing was written through it), or the disk refuses (STORAGE_UNAVAILABLE).
 */
export function makeFolders(layout: Layout): Result<void> {
  const { root, requests, rejected, responses, state, logs, reports, prompts, runs, journal } = layout;
  for (const folder of [root, requests, rejected, responses, state, logs, reports, prompts, runs, journal]) {
    const own = ownFolder(folder);
    if (!own.ok) return own;
  }
  return ok(undefined);
}

/** Makes one folder, of which the parent exists, unless it is there; and sees to it that it is a folder and no link to one. */
export function ownFolder(path: string): Result<void> {
  try {
    makeFolder(path);
    const info = lstatSync(path);
    return info.isDirectory() ? ok(undefined) : notAFolder(path, info.isSymbolicLink());
  } catch (error) {
    return fail(
      'STORAGE_UNAVAILABLE',
      `The folder ${path} cannot be made: ${String(error)}. See to its permissions and the free space, then start again.`,
      { path },
    );
  }
}

function notAFolder(path: string, isLink: boolean): Result<never> {
  const what = isLink ? 'a symbolic link, and what is written there would land elsewhere' : 'not a folder';
  return fail(
    'INVALID_REQUEST',
    `${path} is ${what}. Remove it, and the folder is made again; to keep everything on another disk, choose the root there with --root.`,
    { reason: 'not_a_folder', path },
  );
}
