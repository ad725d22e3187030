/** What was packaged: exactly what runs, with its fuses set, and it runs on the real Windows node.exe. */
import { getRawHeader, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { isBuiltin, createRequire } from 'node:module';
import { join } from 'node:path';
import { parseAst } from 'vite';
import { describe, expect, test } from 'vitest';
import { application, patience, WineCoordinator } from '../windows/wine.ts';
import { waitFor } from '../rig/wait-for.ts';

const unpacked = process.env['ZIGGIE_DIST_UNPACKED'] ?? '';
const isReady = unpacked !== '';
const archive = join(unpacked, 'resources', 'app.asar');
const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile());
const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** Every bare name that a built file imports, at once or later. */
function imports(file: string): string[] {
  const found: string[] = [];
  JSON.stringify(parseAst(readFileSync(file, 'utf8')), (_key, node: unknown) => {
    if (typeof node === 'object' && node !== null && 'type' in node && 'source' in node) {
      const source = node.source as { readonly value?: unknown } | null;
      if (/^(Import|Export)/.test(String(node.type)) && typeof source?.value === 'string') found.push(source.value);
    }
    return typeof node === 'bigint' ? String(node) : node;
  });
  return found.filter((name) => !name.startsWith('.') && !isBuiltin(name) && name !== 'electron');
}

describe.skipIf(!isReady)('the packaged application', () => {
  test('holds the build, the assets and the packages that run, and nothing else', () => {
    const inside = listPackage(archive, { isPack: false }).map((name) => name.slice(1));
    const own = inside.filter((name) => !name.startsWith('node_modules'));
    const unexpected = own.filter(
      (name) =>
        !/^(package\.json|dist(\/(main|preload|renderer)(\/.*)?)?|assets(\/(icons(\/((tray|taskbar)(\/[^/]+\.png)?|app\.(png|ico)))?|prompts(\/.*\.md)?))?)$/.test(
          name,
        ),
    );
    expect(unexpected).toEqual([]);
    for (const name of [
      'main/index.js',
      'main/ziggie.js',
      'main/demo-agent.js',
      'preload/preload.cjs',
      'renderer/index.html',
    ])
      expect(own).toContain(`dist/${name}`);
    // Every picture and template of the checkout, so that a new folder of them is not forgotten.
    const assets = files('assets').filter((name) => /^(icons\/.*\.(png|ico)|prompts\/.*)$/.test(name));
    expect(own).toEqual(expect.arrayContaining(assets.map((name) => `assets/${name}`)));
    expect(inside.filter((name) => /\.(map|ts|tsx|mts|cts)$|(^|\/)(test|tests|__tests__)\//.test(name))).toEqual([]);

    const wanted = JSON.parse(readFileSync('package.json', 'utf8')) as { devDependencies: Record<string, string> };
    const packages = new Set(
      inside
        .filter((name) => /^node_modules\/(@[^/]+\/)?[^/@]+$/.test(name))
        .map((name) => name.replace('node_modules/', '')),
    );
    expect(Object.keys(wanted.devDependencies).filter((name) => packages.has(name) && name !== 'ws')).toEqual([]);
    const total = Math.round(statSync(archive).size / 1024);
    const shares = ['dist', 'assets', 'node_modules'].map((folder) => {
      const bytes = files(join(application, folder)).map((name) => statSync(join(application, folder, name)).size);
      return `${folder} ${Math.round(bytes.reduce((sum, size) => sum + size, 0) / 1024)}`;
    });
    process.stdout.write(`app.asar ${total} KB; extracted, in KB: ${shares.join(', ')}; ${packages.size} packages\n`);
    expect(total).toBeLessThan(16 * 1024);
  });

  test('has every package that the build imports, and koffi beside the archive', () => {
    const require = createRequire(join(application, 'package.json'));
    const main = join(application, 'dist', 'main');
    const names = new Set(
      files(main)
        .filter((name) => name.endsWith('.js'))
        .flatMap((name) => imports(join(main, name))),
    );
    expect([...names]).toContain('fastify');
    const missing = [...names].filter((name) => {
      try {
        require.resolve(name, { paths: [main] });
        return false;
      } catch (error) {
        // One for `import` alone cannot be resolved so; then its folder must be there.
        return (
          !(error as Error).message.includes('exports') ||
          !files(join(application, 'node_modules', packageOf(name))).length
        );
      }
    });
    // A part of fastify that it takes where it is installed.
    expect(missing.filter((name) => name !== '@opentelemetry/core')).toEqual([]);
    expect(files(`${archive}.unpacked`).filter((name) => name.endsWith('.node'))).toEqual([
      'node_modules/@koromix/koffi-win32-x64/win32_x64/koffi.node',
    ]);
  });

  test('has its fuses set, its integrity noted, and the command beside it', async () => {
    const wire = await getCurrentFuseWire(join(unpacked, 'Ziggie.exe'));
    const on = [
      FuseV1Options.RunAsNode,
      FuseV1Options.EnableCookieEncryption,
      FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
      FuseV1Options.OnlyLoadAppFromAsar,
    ];
    for (const fuse of [0, 1, 2, 3, 4, 5, 6, 7] as const)
      expect(wire[fuse], FuseV1Options[fuse]).toBe((on.includes(fuse) ? '1' : '0').charCodeAt(0));
    const { createHash } = await import('node:crypto');
    const hash = createHash('sha256').update(getRawHeader(archive).headerString).digest('hex');
    expect(readFileSync(join(unpacked, 'Ziggie.exe')).includes(hash)).toBe(true);
    expect(readFileSync(join(unpacked, 'bin', 'ziggie.cmd'), 'latin1')).toMatch(/^@echo off\r\n/);
  });

  test('boots from what was packaged, takes a request and runs a demo agent to its end', async () => {
    const coordinator = new WineCoordinator('');
    try {
      writeFileSync(
        coordinator.path('config.json'),
        JSON.stringify({ default_runtime: 'demo', runtimes: { demo: { kind: 'demo' } } }),
      );
      await coordinator.start();
      const prompt = '@say Checking\n@report Checked one detail. Nothing was wrong.\n';
      const begun = await coordinator.deploy('demo', prompt);
      const end = await coordinator.ended(begun.agent_id);
      expect(end).toMatchObject({ status: 'completed', exit_code: 0 });
      const page = await waitFor('the dashboard', async () => (await fetch(coordinator.url)).text(), patience);
      expect(page).toContain('<div id="root"');
      expect(coordinator.output).not.toContain('koffi cannot be loaded');
    } finally {
      await coordinator.dispose();
    }
  });
});
