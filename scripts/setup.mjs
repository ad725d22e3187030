/**
 * Brings a checkout to the point where it runs: packages installed, `dist/` built. Both are skipped when nothing changed.
 * Runs before anything is installed, so Node builtins only.
 *
 *   node scripts/setup.mjs            installs
 *   node scripts/setup.mjs --build    installs and builds
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { withLock } from './lock.mjs';
import { SetupError, at, head, runNpm, runTool, say, seconds, tail } from './run.mjs';

const INSTALL_STAMP = at('node_modules', '.ziggie-installed');
const BUILD_STAMP = at('dist', '.ziggie-built');

const BUILD_INPUTS = [
  ...['protocol', 'main', 'preload', 'renderer', 'clients/typescript', 'assets'],
  ...['vite.config.ts', 'tsconfig.json', 'package.json', 'package-lock.json'],
];
const BUILD_OUTPUTS = [
  ...['main/index.js', 'main/headless.js', 'main/ziggie.js', 'main/demo-agent.js', 'main/nursery.js'],
  ...['preload/preload.cjs', 'renderer/index.html'],
];

/** Fails when this Node is older than package.json's `engines` asks for. */
export function requireNode() {
  const wanted = /\d+\.\d+/.exec(JSON.parse(readFileSync(at('package.json'), 'utf8')).engines.node)?.[0] ?? '0.0';
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new SetupError(
    `Ziggie needs Node ${wanted} or newer and this is Node ${process.versions.node}: install a newer Node.`,
  );
}

/** Installs the packages of package-lock.json, unless exactly these are there. */
export async function ensureInstalled() {
  requireNode();
  if (isInstalled()) return;
  await withLock(async () => {
    if (!isInstalled()) await install();
  });
}

/** Builds `dist/`, unless it was built from exactly these sources. Returns whether it had to. */
export async function ensureBuilt() {
  if (isBuilt(fingerprint())) return false;
  return withLock(async () => {
    const inputs = fingerprint();
    if (isBuilt(inputs)) return false;
    await build(inputs);
    return true;
  });
}

async function install() {
  const began = performance.now();
  say('Installing packages (a minute or two, only after a change) …');
  // `npm ci` empties node_modules first and the stamp comes last, so a half-done install is never taken for a whole one.
  // Development packages too: the build is made of them, also where NODE_ENV=production is set.
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  const { code, output } = await runNpm(['ci', '--include=dev', ...quiet]);
  if (code !== 0) {
    throw new SetupError(
      `npm ci could not install the packages (exit code ${code}). Check the network and try again. npm said:\n${head(output, 12)}`,
    );
  }
  writeFileSync(INSTALL_STAMP, installStamp());
  say(`Packages installed in ${seconds(began)}.`);
}

/** @param {string} inputs */
async function build(inputs) {
  const began = performance.now();
  say('Building …');
  rmSync(BUILD_STAMP, { force: true });
  const env = { ...process.env, NODE_ENV: 'production' };
  const { code, output } = await runTool('vite/bin/vite.js', ['build', '--logLevel', 'warn'], { env });
  if (code !== 0) throw new SetupError(`The build failed:\n${tail(withoutStack(output), 60)}`);
  mkdirSync(dirname(BUILD_STAMP), { recursive: true });
  writeFileSync(BUILD_STAMP, inputs);
  say(`Built in ${seconds(began)}.`);
}

/** The bundler's own stack says nothing about what is wrong with a source file. @param {string} output */
const withoutStack = (output) =>
  output
    .split('\n')
    .filter((line) => !/^\s+at .*node_modules|Getter\/Setter|^}$/.test(line))
    .join('\n');

function isInstalled() {
  const stamp = readOrNull(INSTALL_STAMP);
  if (stamp === installStamp()) return true;
  const sameMachine = stamp === null || stamp.endsWith(machine());
  if (!sameMachine || !isInstalledByHand()) return false;
  writeFileSync(INSTALL_STAMP, installStamp());
  return true;
}

/** Someone ran npm directly: npm's own note of what it installed, its last step too, agrees with package-lock.json. */
function isInstalledByHand() {
  const note = readOrNull(at('node_modules', '.package-lock.json'));
  if (note === null) return false;
  const there = JSON.parse(note).packages;
  /** @type {[string, { version?: string, optional?: boolean }][]} */
  const wanted = Object.entries(JSON.parse(readFileSync(at('package-lock.json'), 'utf8')).packages);
  return wanted.every(([path, { version, optional }]) =>
    path === '' || (optional === true && !(path in there)) ? true : there[path]?.version === version,
  );
}

/** What an install depends on: the exact packages, and the Node and machine that native parts were chosen for. */
const installStamp = () =>
  createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .digest('hex') + machine();

const machine = () => ` node-${process.versions.node.split('.')[0]} ${process.platform}-${process.arch}\n`;

/** @param {string} inputs */
const isBuilt = (inputs) =>
  readOrNull(BUILD_STAMP) === inputs && BUILD_OUTPUTS.every((file) => existsSync(at('dist', file)));

/** @returns {string} a hash of the names and contents of everything the build reads */
function fingerprint() {
  const hash = createHash('sha256');
  for (const input of BUILD_INPUTS) addTo(hash, input);
  return `${hash.digest('hex')}\n`;
}

/** @param {import('node:crypto').Hash} hash @param {string} path a file or folder of the checkout; a missing one adds nothing */
function addTo(hash, path) {
  if (!existsSync(at(path))) return;
  const content = readOrNull(at(path));
  if (content !== null) hash.update(`${path}\0${content.length}\0`).update(content);
  else for (const name of readdirSync(at(path)).sort()) addTo(hash, join(path, name));
}

/** @param {string} file @returns {string | null} null for what is missing and for a folder */
function readOrNull(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'EISDIR', 'EPERM'].includes(String(error.code)))
      return null;
    throw error;
  }
}

/** Runs a script's body; trouble with a plain explanation ends it without a stack. @param {() => Promise<number>} body */
export async function asCommand(body) {
  try {
    process.exitCode = await body();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await asCommand(async () => {
    await ensureInstalled();
    if (process.argv.includes('--build') && !(await ensureBuilt())) say('Nothing changed since the last build.');
    return 0;
  });
}
