/** Budgets with real agents that report what they cost, over HTTP. */
import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { subtree, emptyFleet, fleet } from '../../protocol/fleet.ts';
import type { TestCoordinator } from '../rig/coordinator.ts';
import { ask, costs, deployed, startSpenders, uses } from '../rig/spending-agents.ts';
import { waitFor } from '../rig/wait-for.ts';

const untilFile = (name: string): string => `while [ ! -e ${name} ]; do sleep 0.05; done`;
const forEver = 'exec sleep 600';
const child = { type: 'L2' };

async function record(coordinator: TestCoordinator, agentId: string) {
  const answer = await coordinator.client.get(agentId);
  if (!answer.ok) throw new Error(answer.failure.message);
  return answer.value;
}

describe('a budget', { timeout: 60_000 }, () => {
  test('that is spent refuses the next spawn, and says the limit, what is spent and by whom', async () => {
    const coordinator = await startSpenders();
    const parent = await deployed(coordinator, forEver, { budget: { cost_usd: 1 } });
    const first = await deployed(coordinator, costs(0.4), { ...child, parent: parent.agent_id });
    const second = await deployed(coordinator, costs(0.7), { ...child, parent: parent.agent_id });
    await coordinator.ended(first.agent_id);
    await coordinator.ended(second.agent_id);
    expect((await record(coordinator, parent.agent_id)).budget).toEqual({
      limit: { cost_usd: 1, tokens: null, agents: null, minutes: null },
      spent: { cost_usd: 1.1, tokens: 0, agents: 3, minutes: expect.any(Number) as number },
      reserved: { cost_usd: 0, tokens: 0, agents: 0, minutes: 0 },
      left: { cost_usd: 0, tokens: null, agents: null, minutes: null },
      bound_by: { cost_usd: parent.agent_id, tokens: null, agents: null, minutes: null },
      on_exceeded: 'refuse',
      exact: false,
    });

    const refused = await ask(coordinator, costs(0.1), { ...child, parent: parent.agent_id });

    expect(refused).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      details: {
        budget_of: parent.agent_id,
        measure: 'cost_usd',
        limit: 1,
        spent: 1.1,
        left: 0,
        spenders: [
          { agent_id: second.agent_id, spent: 0.7 },
          { agent_id: first.agent_id, spent: 0.4 },
        ],
      },
    });
    expect('message' in refused && refused.message).toContain(
      `The budget of ${parent.agent_id} does not allow this agent: the limit is $1 (budget.cost_usd), spent $1.1`,
    );
    expect((await record(coordinator, parent.agent_id)).status, 'what runs goes on').toBe('running');
    await coordinator.client.stop(parent.agent_id);
  });

  test('that says stop ends what runs in its branch, what waits there too, and nothing else', async () => {
    const coordinator = await startSpenders({}, { max_running_per_parent: 2 });
    const other = await deployed(coordinator, forEver);
    const parent = await deployed(coordinator, forEver, { budget: { cost_usd: 1, on_exceeded: 'stop' } });
    const below = { ...child, parent: parent.agent_id };
    const deaf = await deployed(coordinator, `trap '' INT TERM; while :; do sleep 0.1; done`, below);
    const spender = await deployed(coordinator, `${untilFile('go')}; ${costs(1.2)}; ${forEver}`, below);
    const waiting = await deployed(coordinator, costs(0.1), below);
    expect(waiting.status).toBe('queued');

    letGo(coordinator);
    const ends = await Promise.all([parent, deaf, spender, waiting].map(({ agent_id }) => coordinator.ended(agent_id)));

    for (const end of ends.slice(0, 3)) {
      expect(end).toMatchObject({ status: 'stopped' });
      expect(end.status_reason).toContain(`BUDGET_EXCEEDED: The budget of ${parent.agent_id} has spent $1.2 of $1`);
    }
    expect(ends[3]).toMatchObject({ status: 'refused' });
    expect(ends[3]?.status_reason).toContain('BUDGET_EXCEEDED');
    expect((await record(coordinator, other.agent_id)).status).toBe('running');
    await coordinator.client.stop(other.agent_id);
  });

  test('is delegated: a child gets at most what is left, holds it until it ends, and then only what it spent counts', async () => {
    const coordinator = await startSpenders();
    const parent = await deployed(coordinator, forEver, { budget: { cost_usd: 1, tokens: 1000, minutes: 60 } });
    const below = { ...child, parent: parent.agent_id };
    expect(await ask(coordinator, forEver, { ...below, budget: { cost_usd: 1.5 } })).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      details: { measure: 'cost_usd', asked: 1.5, left: 1, spenders: [] },
    });
    expect(await ask(coordinator, forEver, { ...below, budget: { minutes: 90 } })).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      details: { measure: 'minutes', asked: 90 },
    });
    const one = await deployed(coordinator, `${untilFile('go')}; ${uses('m', 300)}; ${costs(0.2)}`, {
      ...below,
      budget: { cost_usd: 0.8, tokens: 900 },
    });
    expect((await record(coordinator, parent.agent_id)).budget).toMatchObject({
      reserved: { cost_usd: 0.8, tokens: 900 },
      left: { cost_usd: 0.2, tokens: 100 },
    });
    expect((await record(coordinator, one.agent_id)).budget).toMatchObject({ left: { cost_usd: 0.8, tokens: 900 } });
    expect(await ask(coordinator, forEver, { ...below, budget: { cost_usd: 0.3 } })).toMatchObject({
      details: { measure: 'cost_usd', reserved: 0.8, left: 0.2 },
    });
    // Its child, too, has no more than it has itself.
    expect(
      await ask(coordinator, forEver, { type: 'L3', parent: one.agent_id, budget: { tokens: 901 } }),
    ).toMatchObject({ details: { budget_of: one.agent_id, measure: 'tokens', limit: 900, left: 900 } });

    letGo(coordinator);
    await coordinator.ended(one.agent_id);

    expect((await record(coordinator, parent.agent_id)).budget).toMatchObject({
      spent: { cost_usd: 0.2, tokens: 300 },
      reserved: { cost_usd: 0, tokens: 0 },
      left: { cost_usd: 0.8, tokens: 700 },
    });
    await coordinator.client.stop(parent.agent_id);
  });

  test('cannot be passed by 100 deploys at once: neither in agents nor in what they are given together', async () => {
    const coordinator = await startSpenders({}, { max_running: 200, max_starting: 10 });
    const counted = await deployed(coordinator, forEver, { budget: { agents: 8 } });
    const given = await deployed(coordinator, forEver, { budget: { cost_usd: 1 } });

    const capped = await deployed(coordinator, forEver, { budget: { cost_usd: 1 } });
    const [byAgents, byCost, byCap] = await Promise.all(
      [
        { parent: counted.agent_id },
        { parent: given.agent_id, budget: { cost_usd: 0.09 } },
        { parent: capped.agent_id, maxCost: 0.09 },
      ].map((asked) =>
        Promise.all(Array.from({ length: 100 }, () => ask(coordinator, costs(0.08), { ...child, ...asked }))),
      ),
    );

    // Itself and seven more, ever: who has ended still counts.
    expect(byAgents?.filter((one) => 'agent_id' in one)).toHaveLength(7);
    expect(byAgents?.filter((one) => 'code' in one && one.code === 'BUDGET_EXCEEDED')).toHaveLength(93);
    for (const one of [...(byAgents ?? []), ...(byCost ?? []), ...(byCap ?? [])]) {
      if ('agent_id' in one) await coordinator.ended(one.agent_id);
    }
    for (const { agent_id } of [given, capped]) {
      const { budget } = await record(coordinator, agent_id);
      expect(budget?.spent.cost_usd).toBeGreaterThan(0.8);
      expect(budget?.spent.cost_usd).toBeLessThanOrEqual(1);
      expect(mostAtOnce(coordinator, agent_id, 0.09)).toBeLessThanOrEqual(1 + 1e-9);
      await coordinator.client.stop(agent_id);
    }
    await coordinator.client.stop(counted.agent_id);
  });

  test('that is exact cannot be passed by 100 deploys at once that ask for nothing, nor by those below a child', async () => {
    const coordinator = await startSpenders({}, { max_running: 200, max_running_per_parent: 200 });
    const top = await deployed(coordinator, forEver, { budget: { cost_usd: 1, exact: true } });
    const below = { ...child, parent: top.agent_id };
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(coordinator, costs(0.08), below)));
    expect(answers.filter((one) => 'code' in one && one.code === 'BUDGET_EXCEEDED')).toHaveLength(100);
    expect(answers[0]).toMatchObject({ details: { measure: 'cost_usd', left: 1, exact: true } });
    expect('message' in (answers[0] ?? {}) && JSON.stringify(answers[0])).toContain(
      'Give budget.cost_usd or config.max_cost_usd.',
    );
    const middle = await deployed(coordinator, forEver, { ...below, budget: { cost_usd: 0.5 } });
    await waitFor('it is told so', () => coordinator.log(middle.agent_id).includes('--max-budget-usd 0.5\n'));
    const deep = { type: 'L3', parent: middle.agent_id };
    expect(await ask(coordinator, costs(0.1), deep)).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      details: { exact: true },
    });
    const capped = await deployed(coordinator, costs(0.1), { ...deep, maxCost: 0.1 });
    expect(await coordinator.ended(capped.agent_id)).toMatchObject({ status: 'completed', cost_usd: 0.1 });
    expect((await record(coordinator, middle.agent_id)).budget).toMatchObject({ exact: true, left: { cost_usd: 0.4 } });
    await coordinator.client.stop(top.agent_id);
  });

  test('survives kill -9: what was spent before is still spent, by earlier attempts too', async () => {
    const coordinator = await startSpenders();
    const parent = await deployed(coordinator, forEver, { budget: { cost_usd: 1, agents: 4 } });
    const below = { ...child, parent: parent.agent_id };
    const twice = await deployed(coordinator, `${costs(0.3)}; exit 1`, {
      ...below,
      restart: { policy: 'on_failure', backoff_seconds: 0.05, max_restarts: 1 },
    });
    expect(await coordinator.ended(twice.agent_id)).toMatchObject({ status: 'failed', attempt: 2, cost_usd: 0.6 });
    const running = await deployed(coordinator, `${costs(0.5)}; ${forEver}`, below);
    await waitFor('what it costs is known', async () => (await record(coordinator, running.agent_id)).cost_usd);
    const before = (await record(coordinator, parent.agent_id)).budget;
    expect(before).toMatchObject({ spent: { cost_usd: 1.1, agents: 3 }, left: { cost_usd: 0, agents: 1 } });

    await coordinator.crash();
    await coordinator.start();

    const after = (await record(coordinator, parent.agent_id)).budget;
    expect({ ...after, spent: { ...after?.spent, minutes: 0 } }).toEqual({
      ...before,
      spent: { ...before?.spent, minutes: 0 },
    });
    expect(after?.spent.minutes).toBeGreaterThanOrEqual(before?.spent.minutes ?? 0);
    expect(await ask(coordinator, forEver, below)).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      details: {
        spenders: [
          { agent_id: twice.agent_id, spent: 0.6 },
          { agent_id: running.agent_id, spent: 0.5 },
        ],
      },
    });
    await coordinator.client.stop(parent.agent_id);
  });

  test('that was passed while the coordinator was away stops its branch at the next start', async () => {
    const coordinator = await startSpenders();
    const parent = await deployed(coordinator, `${untilFile('go')}; ${costs(3)}; ${forEver}`, {
      budget: { cost_usd: 1, on_exceeded: 'stop' },
    });
    await coordinator.crash();
    letGo(coordinator);
    await waitFor('it has spent', () => coordinator.log(parent.agent_id).includes('total_cost_usd'));
    await coordinator.start();
    expect((await coordinator.ended(parent.agent_id)).status_reason).toContain('BUDGET_EXCEEDED');
  });

  test('that is spent while an agent waits for a slot refuses it when its turn comes', async () => {
    const coordinator = await startSpenders({}, { max_running: 2 });
    const parent = await deployed(coordinator, forEver, { budget: { tokens: 1000 } });
    const below = { ...child, parent: parent.agent_id };
    const first = await deployed(coordinator, `${untilFile('go')}; ${uses('m', 1000)}`, below);
    const waiting = await deployed(coordinator, costs(0), below);
    expect(waiting).toMatchObject({ status: 'queued', budget: { left: { tokens: 1000 } } });
    letGo(coordinator);
    await coordinator.ended(first.agent_id);
    const end = await coordinator.ended(waiting.agent_id);
    expect(end).toMatchObject({ status: 'refused', attempt: 0, started_at: null });
    expect(end.status_reason).toContain(
      `BUDGET_EXCEEDED: The budget of ${parent.agent_id} does not allow this agent to start`,
    );
    await coordinator.client.stop(parent.agent_id);
  });

  test('that says stop is told to the program as well, which may know its cost before we do', async () => {
    const coordinator = await startSpenders();
    const parent = await deployed(coordinator, forEver, { budget: { cost_usd: 1, on_exceeded: 'stop' } });
    const below = { ...child, parent: parent.agent_id };
    const first = await deployed(coordinator, costs(0.4), below);
    await coordinator.ended(first.agent_id);
    const second = await deployed(coordinator, costs(0.1), {
      ...below,
      budget: { cost_usd: 0.5, on_exceeded: 'refuse' },
    });
    await coordinator.ended(second.agent_id);
    expect(coordinator.log(parent.agent_id)).toContain('--max-budget-usd 1\n');
    expect(coordinator.log(second.agent_id)).toContain('--max-budget-usd 0.6\n');
    const free = await deployed(coordinator, 'true');
    await coordinator.ended(free.agent_id);
    expect(coordinator.log(free.agent_id)).toContain('arguments: ');
    expect(coordinator.log(free.agent_id)).not.toContain('--max-budget-usd');
    await coordinator.client.stop(parent.agent_id);
  });

  test('of minutes ends what runs by time alone', async () => {
    const coordinator = await startSpenders();
    const parent = await deployed(coordinator, forEver, { budget: { minutes: 0.03, on_exceeded: 'stop' } });
    const end = await coordinator.ended(parent.agent_id);
    expect(end).toMatchObject({ status: 'stopped' });
    expect(end.status_reason).toContain('BUDGET_EXCEEDED');
    expect(end.execution_time_seconds).toBeGreaterThanOrEqual(1.8);
  });

  test('of the settings binds every tree, that of an outside parent too, and the day binds all together', async () => {
    const coordinator = await startSpenders({
      budget: { cost_usd_per_tree: 1, per_tree: { agents: 3 }, per_day: { agents: 6 } },
    });
    const outside = { ...child, parent: 'overwatch_1' };
    const first = await deployed(coordinator, costs(0.1), outside);
    expect(first.budget).toMatchObject({ bound_by: { agents: 'overwatch_1', cost_usd: 'overwatch_1' } });
    for (let more = 0; more < 2; more += 1)
      await coordinator.ended((await deployed(coordinator, costs(0.1), outside)).agent_id);
    expect(await ask(coordinator, costs(0.1), outside)).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      details: { budget_of: 'overwatch_1', measure: 'agents', limit: 3, spent: 3 },
    });
    for (let more = 0; more < 3; more += 1) await coordinator.ended((await deployed(coordinator, costs(0.1))).agent_id);
    await coordinator.crash();
    await coordinator.start();
    const refused = await ask(coordinator, costs(0.1));
    expect(refused).toMatchObject({ details: { budget_of: 'day', measure: 'agents', limit: 6, spent: 6, left: 0 } });
    expect('message' in refused && refused.message).toContain('budget.per_day.agents');
  });

  test('of a batch is judged with all its members, and all are accepted or none', async () => {
    const coordinator = await startSpenders();
    const parent = await deployed(coordinator, forEver, { budget: { agents: 4, cost_usd: 1 } });
    const batch = (id: string, agents: number, cost: number) =>
      coordinator.client.perform('deploy_batch', {
        request_id: id,
        parent_agent: parent.agent_id,
        agents: Array.from({ length: agents }, () => ({
          agent_type: 'L2',
          budget: { cost_usd: cost },
          config: { prompt: costs(0.01) },
        })),
      });
    expect(await batch('b1', 4, 0.1)).toMatchObject({
      failure: { code: 'BUDGET_EXCEEDED', details: { measure: 'agents', index: 3, reserved: 3 } },
    });
    expect(await batch('b2', 3, 0.4)).toMatchObject({
      failure: { code: 'BUDGET_EXCEEDED', details: { measure: 'cost_usd', index: 2, reserved: 0.8 } },
    });
    expect(await batch('b3', 3, 0.3)).toMatchObject({ ok: true });
    await coordinator.client.stop(parent.agent_id);
  });

  test('is shown to the agent itself, and a refusal tells it of no others than its own', async () => {
    const coordinator = await startSpenders();
    const top = await deployed(coordinator, forEver, { budget: { cost_usd: 1 } });
    const secret = await deployed(coordinator, costs(0.9), { ...child, parent: top.agent_id });
    await coordinator.ended(secret.agent_id);
    const middle = await deployed(coordinator, `exec sleep 600`, { ...child, parent: top.agent_id });
    const token = await coordinator.agentToken(middle.agent_id);
    const own = await fetch(`${coordinator.url}/api/coordinator/agents/${middle.agent_id}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await own.json()).toMatchObject({
      budget: { limit: { cost_usd: null }, left: { cost_usd: 0.1 }, bound_by: { cost_usd: top.agent_id } },
    });
    const refused = await fetch(`${coordinator.url}/api/coordinator/deploy`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        request_id: 'too-much',
        agent_type: 'L3',
        budget: { cost_usd: 0.2 },
        config: { prompt: 'true' },
      }),
    });
    const body = await refused.text();
    expect(refused.status, body).toBe(402);
    expect(JSON.parse(body)).toMatchObject({
      code: 'BUDGET_EXCEEDED',
      details: { spenders: [{ agent_id: null, spent: 0.9 }] },
    });
    expect(body).not.toContain(secret.agent_id);
    await coordinator.client.stop(top.agent_id);
  });
});

/** Lets those go on that wait for the file. */
const letGo = (coordinator: TestCoordinator): void => writeFileSync(coordinator.path('go'), '');

/** The most that was spent or given below a parent at any event of the journal. */
function mostAtOnce(coordinator: TestCoordinator, parent: string, given: number): number {
  let most = 0;
  let state = emptyFleet;
  for (const event of coordinator.journal()) {
    state = fleet(state, event);
    const children = subtree(state, parent).slice(1);
    const sum = children.reduce(
      (total, { facts, usage }) => total + (state.living.has(facts.agent_id) ? given : (usage.cost_usd ?? 0)),
      0,
    );
    most = Math.max(most, sum);
  }
  return most;
}
