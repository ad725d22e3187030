/** `npm start`: installs and builds what is missing, then opens the desktop, or the headless coordinator where none can open. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import process from 'node:process';
import { desktop } from './desktop.mjs';
import { SetupError, at, root, say } from './run.mjs';
import { asCommand, ensureBuilt, ensureInstalled } from './setup.mjs';

const USAGE = `Usage: npm start -- [options]

  --demo        start with a small tree of demo agents
  --headless    no desktop: the coordinator in this terminal, its dashboard in the browser
  --root DIR    the folder for requests, state and logs
  --port N      the port of the coordinator on 127.0.0.1, 0 for any free one
  --open        open the dashboard in the browser
  --help        this text
`;

const USAGE_ERROR = 64;

/** Read before anything can have ended it. */
const parent = process.ppid;

/**
 * @typedef {{ kind: 'start', headless: boolean, flags: string[] } | { kind: 'help' } | { kind: 'wrong', why: string }} Wish
 * @param {string[]} given
 * @param {string} from the folder that a relative --root starts at
 * @returns {Wish}
 */
function parse(given, from) {
  const flags = [];
  let headless = false;
  const rest = given.flatMap((word) =>
    /^--\w+=/.test(word) ? [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)] : [word],
  );
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--help' || word === '-h') return { kind: 'help' };
    if (word === '--headless') headless = true;
    else if (word === '--demo' || word === '--open') flags.push(word);
    else if (word === '--root' || word === '--port') {
      const value = rest.shift();
      const why = valueFault(word, value);
      if (value === undefined || why !== null) return { kind: 'wrong', why: why ?? word };
      flags.push(word, word === '--root' ? resolve(from, value) : value);
    } else return { kind: 'wrong', why: `"${word}" is not an option of npm start.` };
  }
  return { kind: 'start', headless, flags };
}

/** @param {string} option @param {string | undefined} value @returns {string | null} */
function valueFault(option, value) {
  if (value === undefined || value === '' || value.startsWith('--')) {
    return `${option} needs a value: ${option === '--root' ? 'a folder' : 'a port number'}.`;
  }
  if (option === '--port' && !(/^\d{1,5}$/.test(value) && Number(value) <= 65_535)) {
    return `--port takes a whole number from 0 to 65535, and "${value}" is none.`;
  }
  return null;
}

/**
 * Hands this terminal to the program and lives until it has ended.
 * @param {string} program @param {string[]} args @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>} its exit code, or 128 and its signal as a shell would report it
 */
function become(program, args, env) {
  return new Promise((done, fail) => {
    const child = spawn(program, args, { cwd: root, env, stdio: 'inherit' });
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
      process.on(signal, () => {
        // Ctrl+C at a terminal reaches the whole group by itself: sent on as well, the program would count two.
        if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
      });
    }
    whenNpmIsGone(() => child.kill('SIGTERM'));
    child.on('error', (error) => fail(new SetupError(`${program} could not be started: ${error.message}.`)));
    child.on('exit', (code, signal) => done(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

/**
 * Between npm and this script stands a shell that a signal to npm ends without passing it on. The coordinator would then
 * run on unseen, so the loss of that shell is taken for the signal.
 * @param {() => void} callback
 */
function whenNpmIsGone(callback) {
  if (process.env['npm_lifecycle_event'] === undefined || process.platform === 'win32') return;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    callback();
  }, 500);
  timer.unref();
}

/** @param {string[]} flags */
const becomeHeadless = (flags) => become(process.execPath, [at('dist/main/headless.js'), ...flags], process.env);

/** @param {string} program @param {string[]} flags */
function becomeDesktop(program, flags) {
  const env = { ...process.env };
  // Set in the terminals of editors that are Electron programs themselves; with it this one would be a plain Node.
  delete env['ELECTRON_RUN_AS_NODE'];
  return become(program, ['.', ...flags], env);
}

await asCommand(async () => {
  const wish = parse(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd());
  if (wish.kind === 'wrong') process.stderr.write(`${wish.why}\n\n${USAGE}`);
  if (wish.kind === 'help') process.stdout.write(USAGE);
  if (wish.kind !== 'start') return wish.kind === 'help' ? 0 : USAGE_ERROR;
  await ensureInstalled();
  await ensureBuilt();
  if (wish.headless) return becomeHeadless(wish.flags);
  const answer = await desktop();
  if (answer.kind === 'yes') return becomeDesktop(answer.program, wish.flags);
  say(`${answer.why}, so the same coordinator runs headless with its dashboard in the browser.`);
  return becomeHeadless(wish.flags);
});
