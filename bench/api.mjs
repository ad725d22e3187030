// What does the API cost? Everything is measured in this one run against the same server.
//
//   deploys   durable deployments over 32 connections     against  an address that does nothing (GET /health)
//   list      the list of 1,000 agents, whole
//   wait      an agent ends (completed_at of its record) -> the call that waits for it is answered
//   stream    an event -> 20 WebSocket clients have it, at 200 events a second
//
// Agents are not started by the deployments: one runs, so all others wait. What a start costs is `npm run bench -- deploy`.
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import WebSocket from 'ws';
import { startCoordinator } from './_coordinator.mjs';

const seconds = Number(process.argv.find((word) => word.startsWith('--seconds='))?.split('=')[1] ?? '10');
const connections = 32;
const listed = 1000;
const waits = 100;
const clients = 20;
const eventsPerSecond = 200;

const limits = { max_running: 1, max_queued: 100_000, starts_per_second: 1_000_000, max_starting: 1, grace_seconds: 1 };
const sleep = { kind: 'command', command: '/bin/sleep', args: ['3600'] };
/** Its prompt is a shell script. */
const brief = { kind: 'command', command: '/bin/sh', args: ['-s'] };
const config = { default_runtime: 'sleep', runtimes: { sleep, brief }, report: { required: false } };

await deploysAndList();
await waitsAndStream();

async function deploysAndList() {
  const coordinator = await startCoordinator({ ...config, limits });
  const pool = poolOf(coordinator);
  try {
    await ask(pool, coordinator, 'POST', '/api/coordinator/deploy', requestOf('first'));
    // 1,000 agents first, so that the list is what it says.
    for (let index = 1; index < listed; index++) {
      await ask(pool, coordinator, 'POST', '/api/coordinator/deploy', requestOf(`listed_${index}`));
    }
    const list = await load(() => ask(pool, coordinator, 'GET', `/api/coordinator/agents?limit=${listed}`));
    report('list of 1,000', list, list.perSecond >= 500, 'at least 500/s');
    const empty = await load(() => ask(pool, coordinator, 'GET', '/health'));
    let count = 0;
    const deploys = await load(() =>
      ask(pool, coordinator, 'POST', '/api/coordinator/deploy', requestOf(`load_${count++}`)),
    );
    const reached = deploys.perSecond >= 3000 && deploys.p99 <= 25;
    report('deploys', deploys, reached, 'at least 3,000/s, p99 at most 25 ms');
    report('empty route', empty, null, '');
    say('deploys', `${(deploys.perSecond / empty.perSecond).toFixed(2)} of the empty route`);
  } finally {
    await pool.close();
    await coordinator.close();
  }
}

async function waitsAndStream() {
  const coordinator = await startCoordinator({ ...config, limits: { ...limits, max_running: 50, max_starting: 50 } });
  const pool = poolOf(coordinator);
  try {
    await waitLatency(pool, coordinator);
    await streamLatency(pool, coordinator);
  } finally {
    await pool.close();
    await coordinator.close();
  }
}

/** From the exit as the coordinator's record has it to the answer; both clocks are this machine's. */
async function waitLatency(pool, coordinator) {
  const late = [];
  for (let round = 0; round < waits; round++) {
    const request = { ...requestOf(`wait_${round}`, 'brief'), config: { prompt: 'sleep 0.1\n', runtime: 'brief' } };
    const { agent_id: id } = await ask(pool, coordinator, 'POST', '/api/coordinator/deploy', request);
    const { ended } = await ask(pool, coordinator, 'POST', '/api/coordinator/wait', { agent_ids: [id], timeout: 30 });
    late.push(Date.now() - Date.parse(ended[0].completed_at));
  }
  report('wait', figuresOf(late, null), percentile(late, 0.99) <= 50, 'p99 at most 50 ms');
}

/** Each deployment waits in the queue, which is an event or two: its request_id tells when it was asked for. */
async function streamLatency(pool, coordinator) {
  const asked = new Map();
  const late = [];
  const sockets = await Promise.all(Array.from({ length: clients }, () => follow(coordinator, asked, late)));
  const rounds = seconds * eventsPerSecond;
  const began = performance.now();
  for (let index = 0; index < rounds; index++) {
    const due = began + (index * 1000) / eventsPerSecond;
    if (due > performance.now()) await delay(due - performance.now());
    const id = `stream_${index}`;
    asked.set(id, performance.now());
    void ask(pool, coordinator, 'POST', '/api/coordinator/deploy', requestOf(id));
  }
  const deadline = performance.now() + 10_000;
  while (late.length < rounds * clients && performance.now() < deadline) await delay(20);
  for (const socket of sockets) socket.close();
  const lost = rounds * clients - late.length;
  const facts = figuresOf(late, null);
  report('stream', facts, lost === 0 && facts.p99 <= 100, `p99 at most 100 ms, none lost (${lost} lost)`);
}

async function follow(coordinator, asked, late) {
  const socket = new WebSocket(`${coordinator.url.replace('http', 'ws')}/ws/coordinator`, {
    headers: { authorization: `Bearer ${coordinator.token}` },
  });
  socket.on('message', (data) => {
    const { type, event } = JSON.parse(/** @type {Buffer} */ (data).toString('utf8'));
    if (type !== 'event' || event.type !== 'agent_accepted') return;
    const at = asked.get(event.facts.request_id);
    if (at !== undefined) late.push(performance.now() - at);
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return socket;
}

/** So many connections ask again as soon as they are answered. */
async function load(once) {
  const until = performance.now() + seconds * 1000;
  const times = [];
  const began = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < until) {
        const start = performance.now();
        await once();
        times.push(performance.now() - start);
      }
    }),
  );
  return figuresOf(times, times.length / ((performance.now() - began) / 1000));
}

function figuresOf(times, perSecond) {
  return { count: times.length, perSecond, p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

function poolOf({ url }) {
  return new Pool(url, { connections: connections + 1, headersTimeout: 60_000 });
}

async function ask(pool, { token }, method, path, body = null) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await pool.request({ method, path, headers, body: body === null ? null : JSON.stringify(body) });
  if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${await answer.body.text()}`);
  // Read as a client would, but only made sense of where that is asked for: parsing here is taken from the server's core.
  return path.startsWith('/api/coordinator/agents?') ? answer.body.dump({ limit: 1e9 }) : answer.body.json();
}

function requestOf(id, runtime = 'sleep') {
  return { request_id: id, agent_type: 'L1', config: { prompt: 'x', timeout: 0, runtime } };
}

function percentile(numbers, share) {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) * share)] ?? Number.NaN;
}

function report(name, { count, perSecond, p50, p99 }, isReached, goal) {
  const rate = perSecond === null ? '' : `${Math.round(perSecond)}/s, `;
  const verdict = isReached === null ? '' : ` (${goal}: ${isReached ? 'reached' : 'NOT reached'})`;
  say(name, `${rate}p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms of ${count}${verdict}`);
  if (isReached === false) process.exitCode = 1;
}

function say(name, text) {
  process.stdout.write(`${name.padEnd(14)} ${text}\n`);
}
