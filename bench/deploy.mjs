// How much slower is a durable, owned, accounted start than a bare one? Everything is measured in this one run, on this
// machine, with the same program: the figures are ratios.
//
//   latency  request file renamed into place -> response file readable      against  child_process.spawn -> "spawn"
//   burst    200 requests by file, 200 by HTTP -> all started                against  200 x child_process.spawn
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const rounds = 100;
const burst = 200;
const program = '/bin/sleep';
const seconds = '600';

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const percentile = (numbers, p) => numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) * p)];

const root = mkdtempSync(join(tmpdir(), 'ziggie-bench-'));
writeFileSync(
  join(root, 'config.json'),
  JSON.stringify({
    default_runtime: 'sleep',
    runtimes: { sleep: { kind: 'command', command: program, args: [seconds] } },
    // The limits are there to spread the starts of heavy agents; this program is not one, and a bare spawn has none.
    limits: { max_running: 5000, max_starting: 200, grace_seconds: 1 },
    report: { required: false },
  }),
);
const coordinator = spawn(
  process.execPath,
  [...(process.env.BENCH_NODE_ARGS?.split(' ') ?? []), entry(), '--root', root, '--port', '0'],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
try {
  const { url } = await discovery();
  const token = readFileSync(join(root, 'token'), 'utf8').trim();
  await latency();
  await bursts(url, token);
  await post(url, token, '/api/coordinator/agents/bench_parent/stop', {}); // Unknown: only warms nothing, changes nothing.
} finally {
  coordinator.kill('SIGTERM');
  await once(coordinator, 'exit');
  endAgents();
  rmSync(root, { recursive: true, force: true });
}

function entry() {
  return fileURLToPath(new URL('../dist/main/headless.js', import.meta.url));
}

async function discovery() {
  const path = join(root, 'coordinator.json');
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 10));
  return JSON.parse(readFileSync(path, 'utf8'));
}

function requestOf(id) {
  return { request_id: id, agent_type: 'L1', config: { prompt: 'sleep' } };
}

function dropRequest(id) {
  const temporary = join(root, 'requests', `${id}.tmp`);
  writeFileSync(temporary, JSON.stringify(requestOf(id)));
  renameSync(temporary, join(root, 'requests', `${id}.json`));
}

/** Settles when so many responses whose name begins with the prefix are readable. */
function responses(prefix, count) {
  const folder = join(root, 'responses');
  const seen = new Set();
  return new Promise((resolve) => {
    const watcher = watch(folder, (_event, name) => {
      if (name === null || !name.startsWith(prefix) || !name.endsWith('_response.json')) return;
      seen.add(name);
      if (seen.size < count) return;
      watcher.close();
      resolve(performance.now());
    });
  });
}

async function rawSpawn() {
  const child = spawn(program, [seconds], { stdio: 'ignore', detached: true });
  const began = performance.now();
  await once(child, 'spawn');
  return { child, began };
}

async function latency() {
  const raw = [];
  const ours = [];
  for (let round = 0; round < rounds; round++) {
    const before = performance.now();
    const { child } = await rawSpawn();
    raw.push(performance.now() - before);
    child.kill('SIGKILL');
    await once(child, 'exit');

    const answered = responses(`lat_${round}_`, 1);
    const start = performance.now();
    dropRequest(`lat_${round}_`);
    ours.push((await answered) - start);
  }
  const ratio = median(ours) / median(raw);
  report(
    'latency',
    `file request -> response p50 ${median(ours).toFixed(2)} ms (p95 ${percentile(ours, 0.95).toFixed(2)}), raw spawn p50 ${median(raw).toFixed(2)} ms`,
    ratio,
    ratio <= 2.5,
    'at most 2.5',
  );
}

async function bursts(url, token) {
  const rawSeconds = await timed(async () => {
    const children = Array.from({ length: burst }, () =>
      spawn(program, [seconds], { stdio: 'ignore', detached: true }),
    );
    await Promise.all(children.map((child) => once(child, 'spawn')));
    return () => children.forEach((child) => child.kill('SIGKILL'));
  });
  const fileSeconds = await timed(async () => {
    const answered = responses('burst_', burst);
    for (let index = 0; index < burst; index++) dropRequest(`burst_${index}`);
    await answered;
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const httpSeconds = await timed(async () => {
    const answers = await Promise.all(
      Array.from({ length: burst }, (_, index) =>
        post(url, token, '/api/coordinator/deploy', requestOf(`http_${index}`), agent),
      ),
    );
    const bad = answers.filter((status) => status !== 201).length;
    if (bad > 0) throw new Error(`${bad} of ${burst} deploys were not answered 201`);
  });
  agent.destroy();
  const rate = (duration) => `${Math.round(burst / duration)}/s`;
  for (const [door, duration] of [
    ['file', fileSeconds],
    ['http', httpSeconds],
  ]) {
    const ratio = rawSeconds / duration;
    report(
      `burst by ${door}`,
      `${burst} started at ${rate(duration)}, raw spawn ${rate(rawSeconds)}`,
      ratio,
      ratio >= 0.4,
      'at least 0.4',
    );
  }
}

async function timed(work) {
  const start = performance.now();
  const after = await work();
  const duration = (performance.now() - start) / 1000;
  after?.();
  return duration;
}

function post(url, token, path, body, agent) {
  return new Promise((resolve, reject) => {
    const call = httpRequest(
      `${url}${path}`,
      { method: 'POST', agent, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode));
      },
    );
    call.on('error', reject);
    call.end(JSON.stringify(body));
  });
}

/** The agents outlive the coordinator by design; the pids of their sessions are in the journal. */
function endAgents() {
  const journal = readFileSync(join(root, 'journal', '00000001.jsonl'), 'utf8');
  for (const [, pid] of journal.matchAll(/"agent_started".*?"pid":(\d+)/g)) {
    try {
      process.kill(-Number(pid), 'SIGKILL');
    } catch {
      // It has ended already.
    }
  }
}

function report(name, facts, ratio, isReached, goal) {
  process.stdout.write(
    `${name.padEnd(14)} ratio ${ratio.toFixed(2)} (${goal}: ${isReached ? 'reached' : 'NOT reached'})   ${facts}\n`,
  );
  if (!isReached) process.exitCode = 1;
}
