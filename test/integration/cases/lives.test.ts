/** Lives that outlast their coordinator: adopted, settled from what they left, undisturbed by a pause. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isAlive } from '../../rig/coordinator.ts';
import { waitFor } from '../../rig/wait-for.ts';
import { deployScript, letGo, startShells, untilFile } from './shell-agents.ts';

test('case 01: ten agents print on while their coordinator is killed and comes back; nothing is started twice, each line is there once', async () => {
  const coordinator = await startShells();
  const script = [
    'i=0',
    'while [ $i -lt 50 ]; do',
    '  i=$((i+1)); echo "line $i"',
    `  if [ $i -eq 25 ]; then ${untilFile('go')}; fi`,
    'done',
    'exit 7',
  ].join('\n');
  const agents = await Promise.all([...Array(10).keys()].map((n) => deployScript(coordinator, `case-01-${n}`, script)));
  await waitFor('all are at line 25', () =>
    agents.every(({ agentId }) => coordinator.log(agentId).includes('line 25')),
  );
  const running = await Promise.all(agents.map(({ agentId }) => coordinator.client.get(agentId)));
  const pids = running.map((answer) => (answer.ok ? answer.value.pid : null));
  const before = coordinator.journal().at(-1)?.seq ?? 0;
  await coordinator.crash();
  await coordinator.start();
  const adopted = await Promise.all(agents.map(({ agentId }) => coordinator.client.get(agentId)));
  expect(adopted.map((answer) => answer.ok && answer.value.status)).toEqual(agents.map(() => 'running'));
  expect(adopted.map((answer) => answer.ok && answer.value.pid)).toEqual(pids);
  letGo(coordinator, 'go');
  const ends = await Promise.all(agents.map(({ agentId }) => coordinator.ended(agentId)));
  expect(ends.map(({ status, exit_code }) => `${status} ${exit_code}`)).toEqual(agents.map(() => 'failed 7'));
  const lines = [...Array(50).keys()].map((n) => `line ${n + 1}`);
  for (const { agentId } of agents) expect(coordinator.log(agentId).trimEnd().split('\n')).toEqual(lines);
  const later = coordinator.journal().filter(({ seq }) => seq > before);
  expect(later.filter(({ event }) => event.type === 'agent_starting' || event.type === 'agent_started')).toEqual([]);
});

test('case 02: an agent that ends while its coordinator is away has its exact exit code and the time of its end', async () => {
  const coordinator = await startShells();
  const { agentId, pid } = await deployScript(
    coordinator,
    'case-02',
    `${untilFile('go')}\ndate +%s%3N > ended-at\nexit 42`,
  );
  await coordinator.crash();
  letGo(coordinator, 'go');
  await waitFor('it is gone', () => !isAlive(pid));
  await coordinator.start();
  const record = await coordinator.ended(agentId);
  expect(record).toMatchObject({ status: 'failed', exit_code: 42, signal: null, evidence: { source: 'exit_record' } });
  const said = Number(readFileSync(coordinator.path('ended-at'), 'utf8'));
  const ended = Date.parse(record.completed_at ?? '');
  // File times are up to one tick of the kernel behind; ahead it is what the launcher needs to write its record.
  expect(ended - said).toBeGreaterThanOrEqual(-20);
  const starts = coordinator.journal().flatMap(({ event }) => (event.type === 'coordinator_started' ? [event.at] : []));
  expect(starts).toHaveLength(2);
  expect(ended).toBeLessThan(Date.parse(starts[1] ?? ''));
});

test('case 16: a coordinator that is suspended for a while goes on as if nothing had been, and says how long it was', async () => {
  const coordinator = await startShells();
  const agents = await Promise.all(
    [1, 2, 3].map((n) => deployScript(coordinator, `case-16-${n}`, `echo begun; ${untilFile('go')}; exit ${n}`)),
  );
  await waitFor('all have begun', () => agents.every(({ agentId }) => coordinator.log(agentId).includes('begun')));
  const stoppedAt = performance.now();
  process.kill(coordinator.pid, 'SIGSTOP');
  try {
    // It is the pause itself that is tested: longer than the gap that is told, and the look before it.
    await waitFor('seven seconds pass', () => performance.now() - stoppedAt > 7000, { timeoutMs: 30_000 });
  } finally {
    process.kill(coordinator.pid, 'SIGCONT');
  }
  const gaps = (): number[] =>
    coordinator.journal().flatMap(({ event }) => (event.type === 'time_gap' ? [event.seconds] : []));
  await waitFor('the gap is told', () => gaps().length > 0);
  const pausedSeconds = (performance.now() - stoppedAt) / 1000;
  expect(gaps()).toHaveLength(1);
  expect(gaps()[0]).toBeGreaterThan(5);
  expect(gaps()[0]).toBeLessThanOrEqual(pausedSeconds);
  letGo(coordinator, 'go');
  const ends = await Promise.all(agents.map(({ agentId }) => coordinator.ended(agentId)));
  expect(ends.map(({ status, exit_code, stop_steps }) => ({ status, exit_code, stop_steps }))).toEqual(
    [1, 2, 3].map((exit_code) => ({ status: 'failed', exit_code, stop_steps: [] })),
  );
});
