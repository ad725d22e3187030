// How much slower is a durable, owned, accounted start than a bare one? Everything is measured in this one run, on this
// machine, with the same program: the figures are ratios.
//
//   latency  a request by file or HTTP -> its answer, the agent running    against  child_process.spawn -> "spawn"
//            (one at a time, the machine at rest before each)
//   burst    200 requests at once by file or HTTP -> all running           against  200 x child_process.spawn
import process from 'node:process';
import { startCoordinator } from './_coordinator.mjs';
import { startBaseline } from './_raw-spawn.mjs';

const latencyRounds = 100;
const burstRounds = 5;
const burst = 200;
const program = '/bin/sleep';
const seconds = '600';

const baseline = startBaseline(program, [seconds]);
const coordinator = await startCoordinator({
  default_runtime: 'sleep',
  runtimes: { sleep: { kind: 'command', command: program, args: [seconds] } },
  // The limits are there to spread the starts of heavy agents; this program is not one, and a bare spawn has none.
  limits: { max_running: 5000, max_starting: 200, starts_per_second: 1_000_000, grace_seconds: 1 },
  report: { required: false },
});
try {
  await latency();
  await coordinator.endAgents();
  await bursts();
  await coordinator.endAgents();
} finally {
  baseline.close();
  await coordinator.close();
}

async function latency() {
  const raw = [];
  const file = [];
  const http = [];
  for (let round = 0; round < latencyRounds; round++) {
    await rest();
    raw.push(await baseline.starts(1));
    await rest();
    const answered = coordinator.responses(`file_${round}_`, 1);
    file.push(
      await timed(() => {
        coordinator.deployByFile(requestOf(`file_${round}_`));
        return answered;
      }),
    );
    await rest();
    http.push(await timed(() => deployByHttp(`http_${round}`)));
  }
  for (const [door, ours] of Object.entries({ file, http })) {
    const ratio = median(ours) / median(raw);
    const facts = `p50 ${show(median(ours))} (p95 ${show(percentile(ours, 0.95))}), raw spawn p50 ${show(median(raw))}`;
    report(`latency by ${door}`, ratio, ratio <= 2.5, 'at most 2.5', facts);
  }
}

/** Each ratio is of one round, in which all three were measured after each other; the middle one of all rounds counts. */
async function bursts() {
  const rounds = [];
  for (let round = 0; round < burstRounds; round++) {
    const raw = await baseline.starts(burst);
    const file = await timed(() => fileBurst(`burst_${round}_`));
    await coordinator.endAgents();
    const http = await timed(() => httpBurst(`web_${round}_`));
    await coordinator.endAgents();
    rounds.push({ raw, file, http });
  }
  const rate = (times) => `${Math.round(burst / (median(times) / 1000))}/s`;
  for (const door of ['file', 'http']) {
    const ratios = rounds.map((times) => times.raw / times[door]);
    const all = ratios.map((ratio) => ratio.toFixed(2)).join(' ');
    const facts = `${burst} started at ${rate(rounds.map((times) => times[door]))}, raw spawn ${rate(rounds.map(({ raw }) => raw))}; rounds: ${all}`;
    report(`burst by ${door}`, median(ratios), median(ratios) >= 0.4, 'at least 0.4', facts);
  }
}

async function fileBurst(prefix) {
  const answered = coordinator.responses(prefix, burst);
  for (let index = 0; index < burst; index++) coordinator.deployByFile(requestOf(`${prefix}${index}`));
  await answered;
}

async function httpBurst(prefix) {
  await Promise.all(Array.from({ length: burst }, (_, index) => deployByHttp(`${prefix}${index}`)));
}

async function deployByHttp(id) {
  const { status, body } = await coordinator.deployByHttp(requestOf(id));
  if (status !== 201) throw new Error(`${id} was answered ${status}: ${JSON.stringify(body)}`);
}

/** What the last start left to do is not to be measured with the next. */
async function rest() {
  await new Promise((resolve) => setTimeout(resolve, 25));
}

function requestOf(id) {
  return { request_id: id, agent_type: 'L1', config: { prompt: 'sleep' } };
}

/** Milliseconds. */
async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(numbers) {
  return percentile(numbers, 0.5);
}

function percentile(numbers, share) {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) * share)];
}

function show(milliseconds) {
  return `${milliseconds.toFixed(2)} ms`;
}

function report(name, ratio, isReached, goal, facts) {
  const verdict = isReached ? 'reached' : 'NOT reached';
  process.stdout.write(`${name.padEnd(16)} ratio ${ratio.toFixed(2)} (${goal}: ${verdict})   ${facts}\n`);
  if (!isReached) process.exitCode = 1;
}
