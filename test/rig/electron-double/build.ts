/** Makes the double loadable by plain Node, which reads no TypeScript: one file, packages left as imports. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';

const project = join(import.meta.dirname, '..', '..', '..');
/** Below the project, so that the double finds the project's packages; per process, so that two runs do not mix. */
const folder = join(project, '.cache', 'electron-double', String(process.pid));

export interface BuiltDouble {
  /** file: address of the module that stands for `electron`. */
  readonly url: string;
  remove(): Promise<void>;
}

export async function buildDouble(): Promise<BuiltDouble> {
  await mkdir(folder, { recursive: true });
  await build({
    configFile: false,
    logLevel: 'warn',
    root: import.meta.dirname,
    build: {
      ssr: join(import.meta.dirname, 'electron.ts'),
      outDir: folder,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      rolldownOptions: { external: /^(playwright|node:.*)$/, output: { entryFileNames: 'electron.mjs' } },
    },
  });
  return {
    url: pathToFileURL(join(folder, 'electron.mjs')).href,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
