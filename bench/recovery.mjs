// How soon is a coordinator of use again after a crash, and what does it cost when nothing happens? A root with thousands
// of finished agents and a hundred live ones is made once; then its coordinator is killed and started anew.
//
//   ready     start of the process -> coordinator.json is there and /health answers   with and without db.json
//   adopted   ready -> the API tells of all live agents that they run, and of one that ended meanwhile how it did. That one
//             is the last in line, and only who has looked at it can know; the others would be said to run in any case
//   idle      processor time of the coordinator with all agents live, of one core
//
// Beside it stands what reading the journal takes by itself: the same bytes read, split and checked in a bare process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { runnerImport } from 'vite';

const finished = 5000;
const live = 100;
const rounds = 5;
const idleSeconds = 60;
const readyWithinMs = 1000;
const adoptedWithinMs = 500;
const idleShare = 0.02;

const at = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const entry = at('../dist/main/headless.js');

if (process.argv[2] === '--read') await rawRead(process.argv[3] ?? '');
else await main();

async function main() {
  const root = mkdtempSync(join(tmpdir(), 'ziggie-recovery-'));
  const config = {
    default_runtime: 'sleep',
    runtimes: {
      sleep: { kind: 'command', command: '/bin/sleep', args: ['3600'] },
      true: { kind: 'command', command: '/bin/true' },
    },
    limits: { max_running: 1000, max_starting: 50, grace_seconds: 1, min_free_memory_mb: 0 },
    report: { required: false },
  };
  writeFileSync(join(root, 'config.json'), JSON.stringify(config));
  let life = await start(root);
  try {
    await makeHistory(root, life);
    life = await start(root);
    await deployAll(life, live);
    await rest(12_000); // Until db.json has been saved, as it is in a coordinator that has run for a while.
    const withSnapshot = [];
    const without = [];
    const snapshot = join(root, 'db.json');
    for (let round = 0; round < rounds; round++) {
      life = await restart(root, life, withSnapshot, () => {
        if (round > 0) renameSync(`${snapshot}.aside`, snapshot);
      });
      life = await restart(root, life, without, () => renameSync(snapshot, `${snapshot}.aside`));
    }
    tell('with db.json', withSnapshot);
    tell('without', without);
    await tellRawRead(root);
    await tellIdle(life);
  } finally {
    await endAll(life);
    rmSync(root, { recursive: true, force: true });
  }
}

/**
 * Killed and started anew; meanwhile one agent ends.
 * @param {string} root @param {Life} life @param {Times[]} into @param {() => void} meanwhile @returns {Promise<Life>}
 */
async function restart(root, life, into, meanwhile) {
  const { agent_id: last, pid } = await deploy(life, `ends-${randomUUID()}`, 'sleep');
  await untilBegun(root, last);
  await crash(life);
  process.kill(-pid, 'SIGTERM'); // Its launcher outlives that, writes down how it ended, and leaves.
  while (existsSync(`/proc/${pid}`)) await rest(2);
  meanwhile();
  const next = await start(root);
  into.push({ ready: next.ready, adopted: await adopted(next, last) });
  return next;
}

/**
 * @typedef {{ ready: number, adopted: number }} Times milliseconds since the process was started
 * @typedef {{ child: import('node:child_process').ChildProcess, url: string, token: string, began: number, ready: number, pid: number }} Life
 * @typedef {{ agent_id: string, pid: number, status: string, evidence: { source: string }, completed_at: string | null }} Agent
 */

/** @param {string} root @returns {Promise<Life>} */
async function start(root) {
  const began = performance.now();
  const child = spawn(process.execPath, [entry, '--root', root, '--port', '0'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const heard = { text: '' };
  child.stdout.on('data', (/** @type {Buffer} */ bytes) => (heard.text += bytes.toString()));
  child.stderr.on('data', (/** @type {Buffer} */ bytes) => (heard.text += bytes.toString()));
  const { url } = await announced(root, child, () => heard.text);
  await (await request(`${url}/health`)).body.dump();
  const ready = performance.now() - began;
  const token = readFileSync(join(root, 'token'), 'utf8').trim();
  return { child, url, token, began, ready, pid: child.pid ?? 0 };
}

/** Milliseconds since the process was started. @param {Life} life @param {string} last */
async function adopted(life, last) {
  while ((await ask(life, `agents/${last}`)).completed_at === null) await rest(2);
  for (;;) {
    const running = (await living(life)).filter(
      ({ status, evidence }) => status === 'running' && evidence.source === 'process',
    );
    if (running.length === live) return performance.now() - life.began;
  }
}

/** @param {string} root @param {import('node:child_process').ChildProcess} child @param {() => string} output */
async function announced(root, child, output) {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the coordinator ended with ${child.exitCode}: ${output()}`);
    try {
      const discovery = JSON.parse(readFileSync(join(root, 'coordinator.json'), 'utf8'));
      if (discovery.pid === child.pid) return discovery;
    } catch {
      // Not there yet.
    }
    await rest(2);
  }
}

/** @param {Life} life */
async function crash({ child }) {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/**
 * One agent runs to its end; what the journal says of it is written again, under other names, by the product's own code,
 * as often as is wanted. So the history is as the product writes it today, whatever its events hold.
 * @param {string} root @param {Life} life
 */
async function makeHistory(root, life) {
  await deploy(life, 'template', 'true');
  await untilEnded(life);
  await rest(500);
  life.child.kill('SIGTERM');
  await once(life.child, 'exit');
  const { module } = await runnerImport(at('../main/coordinator/ledger/journal-line.ts'));
  const [segment = ''] = readdirSync(join(root, 'journal')).filter((name) => name.endsWith('.jsonl'));
  const path = join(root, 'journal', segment);
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean);
  const events = lines.map((line) => module.decodeLine(line));
  const ofAgent = events.filter(({ event }) => 'agent_id' in event || event.type === 'agent_accepted');
  const agentId = ofAgent.find(({ event }) => event.type === 'agent_accepted').event.facts.agent_id;
  let seq = events.at(-1).seq;
  const copies = [];
  for (let n = 2; n <= finished; n++) {
    const id = agentId.replace(/_\d+$/, `_${n}`);
    for (const { event } of ofAgent) {
      const copy = JSON.parse(JSON.stringify(event).replaceAll(agentId, id).replaceAll('"template"', `"old-${n}"`));
      if (copy.facts !== undefined) copy.facts.ordinal = n;
      seq += 1;
      copies.push(module.encodeLine({ seq, event: copy }));
    }
  }
  writeFileSync(path, `${lines.join('\n')}\n${copies.join('')}`);
  rmSync(join(root, 'db.json'), { force: true });
}

/** @param {Life} life @param {string} id @param {string} runtime @returns {Promise<Agent>} */
async function deploy({ url, token }, id, runtime) {
  const answer = await request(`${url}/api/coordinator/deploy`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ request_id: id, agent_type: 'L1', config: { prompt: 'x', runtime } }),
  });
  if (answer.statusCode >= 300) throw new Error(`${id} was answered ${answer.statusCode}: ${await answer.body.text()}`);
  return /** @type {Promise<Agent>} */ (answer.body.json());
}

/** An answer may be ahead of the launcher by a moment. @param {string} root @param {string} agentId */
async function untilBegun(root, agentId) {
  while (!existsSync(join(root, 'runs', agentId, '1', 'claim'))) await rest(2);
}

/** @param {Life} life @param {number} count */
async function deployAll(life, count) {
  for (let n = 0; n < count; n++) await deploy(life, `live-${n}`, 'sleep');
}

/** @param {Life} life @returns {Promise<Agent[]>} those that have not ended */
async function living(life) {
  const { agents } = /** @type {{ agents: Agent[] }} */ (await ask(life, 'agents'));
  return agents.filter(({ completed_at: end }) => end === null);
}

/** @param {Life} life @param {string} path @returns {Promise<any>} */
async function ask({ url, token }, path) {
  const answer = await request(`${url}/api/coordinator/${path}`, { headers: { authorization: `Bearer ${token}` } });
  return answer.body.json();
}

/** @param {Life} life */
async function untilEnded(life) {
  while ((await living(life)).length > 0) await rest(20);
}

/** @param {Life} life */
async function endAll(life) {
  for (const { pid } of await living(life)) {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  }
  await untilEnded(life);
  life.child.kill('SIGTERM');
  await once(life.child, 'exit');
}

/** @param {string} name @param {Times[]} times */
function tell(name, times) {
  const ready = median(times.map((one) => one.ready));
  const later = median(times.map((one) => one.adopted - one.ready));
  const all = times.map((one) => one.ready.toFixed(0)).join(' ');
  const allLater = times.map((one) => (one.adopted - one.ready).toFixed(0)).join(' ');
  report(
    `ready ${name}`,
    `${ready.toFixed(0)} ms`,
    ready <= readyWithinMs,
    `at most ${readyWithinMs} ms`,
    `rounds: ${all}`,
  );
  const facts = `all ${live} live agents, and one that had ended; rounds: ${allLater}`;
  report(
    `adopted ${name}`,
    `+ ${later.toFixed(0)} ms`,
    later <= adoptedWithinMs,
    `at most + ${adoptedWithinMs} ms`,
    facts,
  );
}

/** Each in a process that does nothing else, as cold as the coordinator is. @param {string} root */
async function tellRawRead(root) {
  const answers = [];
  for (let round = 0; round < rounds; round++) {
    const child = spawn(process.execPath, [at('recovery.mjs'), '--read', join(root, 'journal')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (/** @type {Buffer} */ bytes) => (text += bytes.toString()));
    await once(child, 'close');
    answers.push(JSON.parse(text));
  }
  const ms = median(answers.map((one) => one.ms));
  const { bytes, records } = answers[0];
  const speed = bytes / 1e6 / (ms / 1000);
  process.stdout.write(
    `${'journal alone'.padEnd(24)} ${ms.toFixed(0)} ms   ${records} records, ${(bytes / 1e6).toFixed(1)} MB read and checked at ${speed.toFixed(0)} MB/s\n`,
  );
}

/** The journal's bytes, split into lines, their checksums checked and their JSON parsed. @param {string} folder */
async function rawRead(folder) {
  const { crc32 } = await import('node:zlib');
  const began = performance.now();
  let bytes = 0;
  let records = 0;
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.jsonl'))) {
    const text = readFileSync(join(folder, name));
    bytes += text.length;
    for (let from = 0, to = text.indexOf(10); to !== -1; from = to + 1, to = text.indexOf(10, from)) {
      const line = text.toString('utf8', from, to);
      const [, seq = '', sum = '', json = ''] = /^\w+ (\d+) ([0-9a-f]{8}) (\{.*\})$/s.exec(line) ?? [];
      if (crc32(`${seq} ${json}`) !== Number.parseInt(sum, 16)) throw new Error(`a damaged line: ${line.slice(0, 80)}`);
      JSON.parse(json);
      records += 1;
    }
  }
  process.stdout.write(JSON.stringify({ ms: performance.now() - began, bytes, records }));
}

/** @param {Life} life */
async function tellIdle({ pid }) {
  await rest(10_000); // The start is over, and what the engine compiles in the background after it. The minute holds its full collection.
  const before = processorSeconds(pid);
  const began = performance.now();
  await rest(idleSeconds * 1000);
  const share = (processorSeconds(pid) - before) / ((performance.now() - began) / 1000);
  const facts = `${live} live agents, over ${idleSeconds} s`;
  report('idle', `${(share * 100).toFixed(1)} % of a core`, share < idleShare, `below ${idleShare * 100} %`, facts);
}

/**
 * Of all its threads, to the nanosecond. The clock ticks of /proc/<pid>/stat are samples, and work that a timer begins is
 * sampled too often. @param {number} pid
 */
function processorSeconds(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((id) =>
    Number(readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'latin1').split(' ')[0]),
  );
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e9;
}

/** @param {number} milliseconds */
async function rest(milliseconds) {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** @param {number[]} numbers */
function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

/** @param {string} name @param {string} figure @param {boolean} isReached @param {string} goal @param {string} facts */
function report(name, figure, isReached, goal, facts) {
  const verdict = isReached ? 'reached' : 'NOT reached';
  process.stdout.write(`${name.padEnd(24)} ${figure} (${goal}: ${verdict})   ${facts}\n`);
  if (!isReached) process.exitCode = 1;
}
