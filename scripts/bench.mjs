// `npm run bench -- NAME`: builds, then runs bench/NAME.mjs. Benchmarks print ratios measured within one run.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { at } from './run.mjs';
import { ensureBuilt, ensureInstalled } from './setup.mjs';

const names = readdirSync(at('bench'))
  .filter((name) => name.endsWith('.mjs') && !name.startsWith('_'))
  .map((name) => name.replace('.mjs', ''));
const [name, ...rest] = process.argv.slice(2);
if (name === undefined || name === '--help' || !existsSync(join(at('bench'), `${name}.mjs`))) {
  process.stderr.write(`Usage: npm run bench -- NAME [options]\n  NAME is one of: ${names.join(', ')}\n`);
  process.exitCode = name === '--help' ? 0 : 64;
} else {
  await ensureInstalled();
  await ensureBuilt();
  const { status } = spawnSync(process.execPath, [at('bench', `${name}.mjs`), ...rest], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
