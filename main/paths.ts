/** Where the built parts and the assets lie: found from this module upward, whichever bundle it became a part of. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function applicationFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'assets', 'prompts')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

const application = applicationFolder();

export const installedPaths = {
  dashboardFolder: join(application, 'dist', 'renderer'),
  demoAgent: join(application, 'dist', 'main', 'demo-agent.js'),
  ziggie: join(application, 'dist', 'main', 'ziggie.js'),
  nursery: join(application, 'dist', 'main', 'nursery.js'),
  promptsFolder: join(application, 'assets', 'prompts'),
};
