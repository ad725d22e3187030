/** The process that starts the gates may die at any time, as may a gate: no agent notices. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { isAlive, TestCoordinator } from '../rig/coordinator.ts';
import { waitFor } from '../rig/wait-for.ts';

let coordinator: TestCoordinator;
beforeEach(async () => {
  coordinator = await TestCoordinator.start({ config: { default_runtime: 'demo' } });
});
afterEach(async () => void (await coordinator.dispose()));

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number);

const nursery = (): Promise<number> =>
  waitFor('a nursery', () =>
    childrenOf(coordinator.pid).find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('nursery.js')),
  );

const readyGates = (of: number, but: readonly number[] = []): Promise<number[]> =>
  waitFor('four gates are ready', () => {
    const gates = childrenOf(of).filter((pid) => isAlive(pid) && !but.includes(pid));
    return gates.length === 4 ? gates : null;
  });

async function deploy(id: string, prompt: string): Promise<string> {
  const answer = await coordinator.client.deploy({
    request_id: id,
    agent_type: 'L1',
    config: { prompt, report_required: false },
  });
  expect(answer).toMatchObject({ ok: true, value: { record: { status: 'running' } } });
  return answer.ok ? answer.value.record.agent_id : '';
}

test('agents outlive their nursery, keep their exit codes, and the next one is started by another', async () => {
  const agents = [await deploy('before-1', '@until go\n@exit 7'), await deploy('before-2', '@until go')];
  const first = await nursery();
  // Their orders went through the nursery: what is said to run has them a moment later.
  for (const id of agents)
    await waitFor(`${id} has begun`, () => existsSync(coordinator.path('runs', id, '1', 'claim')));
  process.kill(first, 'SIGKILL');
  await waitFor('the coordinator has noticed', () => coordinator.output.includes('nursery is gone'));
  // More than wait ready, and with the numbers that the first nursery had given.
  const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
  const later = await Promise.all(ids.map((id) => deploy(`after-${id}`, `@say I am ${id}`)));
  expect(await nursery()).not.toBe(first);
  writeFileSync(coordinator.path('go'), '');
  const ended = await Promise.all([...agents, ...later].map((id) => coordinator.ended(id)));
  expect(ended.map(({ exit_code }) => exit_code)).toEqual([7, 0, 0, 0, 0, 0, 0, 0]);
  expect(ended.map(({ status }) => status)).toEqual(['failed', ...Array<string>(7).fill('completed')]);
  expect(later.map((id, index) => coordinator.log(id).includes(`I am ${ids[index]}`))).not.toContain(false);
});

test('a ready gate that somebody ended is never handed out', async () => {
  const its = await nursery();
  const killed = await readyGates(its);
  for (const gate of killed) process.kill(gate, 'SIGKILL');
  await readyGates(its, killed); // As many new ones are there once it has noticed.
  const agents = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => deploy(id, '@say done')));
  const ended = await Promise.all(agents.map((id) => coordinator.ended(id)));
  expect(ended.map(({ status }) => status)).toEqual(Array<string>(5).fill('completed'));
});

/** Gates that a failed test has left stopped would stay for ever. */
const endAtLast = (pids: readonly number[]): void =>
  onTestFinished(() => {
    for (const pid of pids.filter(isAlive)) process.kill(pid, 'SIGKILL');
  });

const startsOf = (agentId: string) =>
  coordinator
    .journal()
    .flatMap(({ event }) => (event.type === 'agent_started' && event.agent_id === agentId ? [event] : []));

const timesSaid = (agentId: string, text: string): number => coordinator.log(agentId).split(text).length - 1;

test('a nursery that dies: lost orders are started again as the same attempt, and who waits for a gate has it from the next', async () => {
  const first = await nursery();
  endAtLast([first, ...(await readyGates(first))]);
  process.kill(first, 'SIGSTOP'); // What is told to it now is never passed on, and no gate is added.
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const deployed = Promise.all(names.map((name) => deploy(name, '@say it began')));
  const seen = (type: string): number => coordinator.journal().filter(({ event }) => event.type === type).length;
  await waitFor('the last waits for a gate', () => seen('agent_starting') === names.length, {
    seen: () => coordinator.journal().map(({ event }) => event.type),
  });
  const lost = seen('agent_started'); // As many as gates were ready.
  expect(lost).toBeGreaterThan(0);
  expect(lost).toBeLessThan(names.length);
  process.kill(first, 'SIGKILL');
  const agents = await deployed;
  const ended = await Promise.all(agents.map((id) => coordinator.ended(id)));
  expect(ended.map(({ status, exit_code }) => [status, exit_code])).toEqual(names.map(() => ['completed', 0]));
  const attempts = agents.map((id) => startsOf(id).map(({ attempt }) => attempt));
  expect(attempts.filter((of) => of.length === 2)).toEqual(Array(lost).fill([1, 1]));
  expect(attempts.filter((of) => of.length === 1)).toEqual(Array(names.length - lost).fill([1]));
  expect(agents.map((id) => timesSaid(id, 'it began'))).toEqual(names.map(() => 1));
});

test('a late gate that outlives the nursery with its order begins alone; one that is killed is replaced', async () => {
  const first = await nursery();
  const gates = await readyGates(first);
  endAtLast([first, ...gates]);
  for (const gate of gates) process.kill(gate, 'SIGSTOP');
  const [late, killed] = [await deploy('late', '@say it began'), await deploy('killed', '@say it began')];
  const [lateGate = 0, killedGate = 0] = [late, killed].map((id) => startsOf(id)[0]?.identity.pid);
  for (const gate of gates) if (gate !== lateGate && gate !== killedGate) process.kill(gate, 'SIGCONT');
  await coordinator.ended(await deploy('after', '@say done')); // Its order came after theirs: theirs have arrived.
  process.kill(first, 'SIGKILL');
  await waitFor('the coordinator has noticed', () => coordinator.output.includes('nursery is gone'));
  process.kill(killedGate, 'SIGKILL');
  await coordinator.ended(killed); // The late one has been looked at as often, and was left alone.
  expect(startsOf(killed)).toHaveLength(2);
  process.kill(lateGate, 'SIGCONT');
  expect([await coordinator.ended(late), coordinator.state(killed)]).toMatchObject([
    { status: 'completed', exit_code: 0 },
    { status: 'completed', exit_code: 0 },
  ]);
  expect(startsOf(late)).toHaveLength(1);
  expect([late, killed].map((id) => timesSaid(id, 'it began'))).toEqual([1, 1]);
});

test.each(['crash', 'stop'] as const)('after a %s of the coordinator neither nursery nor gates stay', async (how) => {
  const its = await nursery();
  const processes = [its, ...(await readyGates(its))];
  await coordinator[how]();
  await waitFor('all are gone', () => !processes.some(isAlive), { seen: () => processes.filter(isAlive) });
  expect(coordinator.output).not.toContain('EPIPE');
});
