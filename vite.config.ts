/**
 * The one build: three environments, one `vite build`.
 *
 *   main      dist/main/{index,headless,ziggie,demo-agent,nursery}.js   ESM for Node 20 and for Electron's own Node
 *   preload   dist/preload/preload.cjs                          one CommonJS file, as a sandboxed preload must be
 *   client    dist/renderer/                                    the dashboard, nothing inlined (the CSP allows files only)
 */
import { chmodSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import type { EnvironmentOptions, Plugin } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
const at = (...parts: string[]): string => join(root, ...parts);

const commandName = 'ziggie';

/**
 * Packages of a hundred small files each, bundled with what they need: opening them was half of the time that a start takes.
 */
const bundled = new Set([
  'zod',
  'execa',
  'unified',
  'remark-parse',
  'mdast-util-to-string',
  '@modelcontextprotocol',
  'prom-client',
]);

/** Other bare names (`node:fs`, `electron`, `fastify`) stay imports, found in node_modules at run time. Ours are bundled. */
function isPackage(id: string, importer: string | undefined): boolean {
  if (id.startsWith('.') || id.startsWith('\0') || isAbsolute(id)) return false;
  if (id.startsWith('node:') || isBuiltin(id)) return true;
  const isOurs = importer === undefined || !importer.includes('/node_modules/');
  return isOurs && !bundled.has(id.split('/')[0] ?? '');
}

const main: EnvironmentOptions = {
  consumer: 'server',
  resolve: { noExternal: true }, // `isPackage` says what is.
  build: {
    outDir: at('dist/main'),
    emptyOutDir: true,
    copyPublicDir: false,
    target: 'node20',
    sourcemap: true,
    minify: false,
    rolldownOptions: {
      input: {
        index: at('main/index.ts'),
        headless: at('main/headless.ts'),
        [commandName]: at('main/cli/ziggie.ts'),
        'demo-agent': at('main/demo/agent.ts'),
        nursery: at('main/nursery/nursery.ts'),
      },
      external: isPackage,
      output: {
        format: 'esm',
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
        banner: (chunk) => (chunk.isEntry && chunk.name === commandName ? '#!/usr/bin/env node' : ''),
      },
    },
  },
};

const preload: EnvironmentOptions = {
  consumer: 'server',
  // A sandboxed preload can load `electron` and nothing else, so everything it uses is bundled.
  resolve: { noExternal: true },
  build: {
    outDir: at('dist/preload'),
    emptyOutDir: true,
    copyPublicDir: false,
    target: 'chrome140',
    sourcemap: true,
    minify: false,
    rolldownOptions: {
      input: { preload: at('preload/index.ts') },
      external: ['electron'],
      output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
    },
  },
};

const dashboard: EnvironmentOptions = {
  build: {
    outDir: at('dist/renderer'),
    emptyOutDir: true,
    sourcemap: true,
    // Fonts and images stay files: `data:` is not allowed for fonts by the dashboard's CSP.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Served from this machine, never over a network: one file of some megabytes is no trouble.
    chunkSizeWarningLimit: 5_000,
    rolldownOptions: {
      input: at('renderer/index.html'),
      output: {
        codeSplitting: {
          // In one chunk, so that however views share the others, zod is told what it may do before it makes any schema.
          groups: [{ name: 'zod', test: /node_modules[\\/]zod[\\/]|no-code-from-strings/ }],
        },
      },
    },
  },
};

/** npm makes a `bin` executable when it installs a package, but not in a checkout, where the file is run directly. */
function executableCommand(): Plugin {
  return {
    name: 'ziggie:executable-command',
    applyToEnvironment: (environment) => environment.name === 'main',
    writeBundle: () => {
      chmodSync(at('dist/main', `${commandName}.js`), 0o755);
    },
  };
}

export default defineConfig({
  root: at('renderer'),
  // Its form for browsers reads the names of characters by `innerHTML`, which the page's policy forbids.
  resolve: {
    alias: { 'decode-named-character-reference': at('node_modules/decode-named-character-reference/index.js') },
  },
  plugins: [react(), executableCommand()],
  environments: { client: dashboard, main, preload },
  builder: {
    buildApp: async (builder) => {
      for (const name of ['main', 'preload', 'client']) {
        const environment = builder.environments[name];
        if (environment === undefined) throw new Error(`vite.config.ts names no environment "${name}".`);
        await builder.build(environment);
      }
    },
  },
});
