/** Work that is shared, as the coordinator judges, shows and measures it: through every door, in a race, across a restart. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { balanceOf } from '../../protocol/balance.ts';
import { acceptances } from '../../protocol/events.ts';
import { withRest } from '../../protocol/groups.ts';
import type { Metrics } from '../../protocol/measures.ts';
import type { TreeAnswer } from '../../protocol/queries.ts';
import type { AgentRecord } from '../../protocol/record.ts';
import type { BatchAnswer } from '../../protocol/request.ts';
import type { InboxAnswer } from '../../protocol/waiting.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import type { Door, DoorMaker } from '../rig/doors/door.ts';
import { fileDoor } from '../rig/doors/file.ts';
import { httpDoor } from '../rig/doors/http.ts';
import { mcpDoor } from '../rig/doors/mcp.ts';
import { pythonDoor } from '../rig/doors/python.ts';
import { mcpOverHttp } from '../rig/mcp-client.ts';
import { python } from '../rig/python.ts';
import { waitFor } from '../rig/wait-for.ts';
import { startZiggie } from '../rig/ziggie-command.ts';

const config = {
  default_runtime: 'sh',
  runtimes: { sh: { kind: 'command', command: '/bin/sh' } },
  limits: { min_free_memory_mb: 0, max_starting: 16, starts_per_second: 1000 },
  balance: { replan_after_seconds: 0.2 },
  report: { required: false },
};
const rules = { max_share: 0.4, max_ratio: 2 };
const waitsFor = (file: string): string => `until [ -e "$ZIGGIE_ROOT/${file}" ]; do sleep 0.02; done`;

let coordinator: TestCoordinator;
beforeAll(async () => {
  coordinator = await TestCoordinator.start({ config });
});
afterAll(async () => {
  await coordinator.dispose();
});

interface Answered {
  readonly status: number;
  readonly body: AgentRecord & { code?: string; detail?: string; details?: Record<string, unknown> };
}

async function call<T>(path: string, body: object | null = null): Promise<T> {
  return (await ask(path, body)).body as T;
}

async function ask(path: string, body: object | null = null): Promise<Answered> {
  const response = await fetch(`${coordinator.url}/api/coordinator/${path}`, {
    method: body === null ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${coordinator.token}`, 'content-type': 'application/json' },
    ...(body === null ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Answered['body'] };
}

let count = 0;
const worker = (parent_agent: string, weight: number | null, size?: number, prompt = 'exit 0') => ({
  request_id: `balance_${++count}`,
  agent_type: 'L2',
  name: `w${weight ?? ''}`,
  parent_agent,
  estimated_workload: weight,
  group: size === undefined ? null : { id: 'plan', size },
  config: { prompt },
});
const ofParent = (parent: string): number =>
  coordinator
    .journal()
    .flatMap(({ event }) => acceptances(event))
    .filter(({ facts }) => facts.parent_agent === parent).length;

describe('an Overwatch with three workers', () => {
  test('at 35, 32 and 33 %: admitted with score 100, in record, list, tree, state file and metrics', async () => {
    const answers = await Promise.all([0.35, 0.32, 0.33].map((weight) => ask('deploy', worker('ow_good', weight, 3))));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    const ids = answers.map(({ body }) => body.agent_id);
    for (const id of ids) await coordinator.ended(id);
    for (const id of ids) {
      const record = await call<AgentRecord>(`agents/${id}`);
      expect(record.load_balance_score).toBe(100);
      expect(record.balance).toMatchObject({ share: record.estimated_workload, score: 100, flagged: false });
      expect(record.actual_workload).toBeGreaterThan(0);
      expect(coordinator.state(id).load_balance_score).toBe(100);
    }
    const tree = await call<TreeAnswer>('agents/ow_good/tree');
    expect(tree.roots[0]?.children.map(({ agent }) => agent?.load_balance_score)).toEqual([100, 100, 100]);
    const { groups } = await call<Metrics>('metrics');
    expect(groups.find(({ parent_agent }) => parent_agent === 'ow_good')).toMatchObject({
      group: 'plan',
      size: 3,
      agents: 3,
      max_share: 0.35,
      load_balance_score: 100,
      is_balanced: true,
      flagged: 0,
    });
  });

  test('at 50, 30 and 20 % of a plan: the first is refused, nothing is accepted, and the answer stands', async () => {
    const first = worker('ow_bad', 0.5, 3);
    const { status, body } = await ask('deploy', first);
    expect([status, body.code]).toEqual([422, 'LOAD_BALANCE_VIOLATION']);
    expect(body.detail).toMatch(/w0\.5 50 %.*more than 40 %.*Split w0\.5 into 2 parts/);
    expect((await ask('deploy', first)).body).toEqual(body);
    expect(ofParent('ow_bad')).toBe(0);
  });

  test('at 50, 30 and 20 % without a plan: first and second come in, the third is flagged', async () => {
    const flags: (boolean | undefined)[] = [];
    for (const weight of [0.5, 0.3, 0.2]) {
      const { body } = await ask('deploy', worker('ow_open', weight, undefined, waitsFor('open')));
      flags.push(body.balance?.flagged);
    }
    expect(flags).toEqual([false, false, true]);
    const list = await coordinator.client.list({ parent_agent: 'ow_open' });
    const records = list.ok ? list.value.agents : [];
    expect(records.map(({ balance }) => [balance?.share, balance?.score])).toEqual([
      [0.5, 64],
      [0.3, 64],
      [0.2, 64],
    ]);
    const shown = await startZiggie(['--root', coordinator.root, 'ls', '--parent', 'ow_open']).end;
    expect(shown.out).toContain('balance  wave 1 of ow_open: 50 %, 30 %, 20 %; score 64  not balanced');
    const last = await startZiggie(['--root', coordinator.root, 'status', records[2]?.agent_id ?? '']).end;
    expect(last.out).toMatch(/flagged +The largest share is 50 %, more than 40 % \(balance\.max_share\)\./);
    writeFileSync(coordinator.path('open'), '');
    for (const { agent_id } of records) await coordinator.ended(agent_id);
  });

  test('an agent that deploys by MCP is told what is not balanced, and a refusal with the way to mend it', async () => {
    const mcp = await mcpOverHttp(coordinator.url, coordinator.token);
    try {
      const agents = [0.5, 0.3, 0.2].map((weight) => ({
        agent_type: 'L2',
        name: `t${weight}`,
        prompt: 'exit 0',
        estimated_workload: weight,
      }));
      const flagged = await mcp.call('deploy_agents', { parent_agent: 'ow_mcp', agents });
      expect([flagged.code, flagged.text]).toEqual([
        null,
        expect.stringContaining('not balanced, t0.2: The largest share is 50 %, more than 40 %'),
      ]);
      const planned = agents.map((one) => ({ ...one, group: { id: 'plan', size: 3 } }));
      const refused = await mcp.call('deploy_agents', { parent_agent: 'ow_mcp', agents: planned });
      expect([refused.code, refused.text]).toEqual([
        'LOAD_BALANCE_VIOLATION',
        expect.stringContaining('Split t0.5 into 2 parts, of 0.35 and 0.15.'),
      ]);
    } finally {
      await mcp.close();
    }
  });

  test('as one batch: 50, 30 and 20 % is refused as a whole, and the plan that it names is accepted', async () => {
    const batch = (weights: readonly number[]) => ({
      request_id: `balance_batch_${++count}`,
      action: 'deploy_batch',
      agents: weights.map((weight) => worker('ow_batch', weight, weights.length)),
    });
    const refused = await ask('deploy/batch', batch([0.5, 0.3, 0.2]));
    expect([refused.status, refused.body.code]).toEqual([422, 'LOAD_BALANCE_VIOLATION']);
    expect(refused.body.detail).toContain('w0.5 50 %, w0.3 30 %, w0.2 20 %');
    expect(refused.body.detail).toContain('Then 3 agents can carry 0.35');
    expect(ofParent('ow_batch')).toBe(0);
    const accepted = await call<BatchAnswer>('deploy/batch', batch([0.35, 0.35, 0.3]));
    expect(accepted.agents.map(({ load_balance_score }) => load_balance_score)).toEqual([100, 100, 100]);
  });
});

describe('weights that are none are refused with the field named', () => {
  const doors: readonly DoorMaker[] = [httpDoor, fileDoor, mcpDoor, ...(python === null ? [] : [pythonDoor])];
  const bad = [0, -0.5, 1e308, Number.NaN, 'heavy'];

  test.each(doors.map((maker) => [maker.name, maker] as const))('by %s', async (_, maker) => {
    const door: Door = await maker.open(coordinator);
    try {
      for (const weight of bad) {
        // JSON has no NaN: what a client makes of it is null, "none".
        const given = Number.isNaN(weight) ? 'NaN' : weight;
        const agent = { agent_type: 'L2', estimated_workload: given, config: { prompt: 'exit 0' } };
        const one = await door.ask({ ...agent, action: 'deploy', request_id: `bad_${++count}` });
        expect(one).toMatchObject({ code: 'INVALID_REQUEST', message: expect.stringContaining('estimated_workload') });
        const several = { action: 'deploy_batch', request_id: `bad_${++count}`, agents: [{ ...agent }] };
        const batch = await door.ask(several);
        expect(batch).toMatchObject({
          code: 'INVALID_REQUEST',
          message: expect.stringContaining('agents.0.estimated_workload'),
        });
        const tasks = [{ id: 't1', weight: given }];
        const plan = await door.ask({ action: 'plan', request_id: `bad_${++count}`, tasks, workers: 1 });
        expect(plan).toMatchObject({ code: 'INVALID_REQUEST', message: expect.stringContaining('tasks.0.weight') });
      }
    } finally {
      await door.close();
    }
  });

  test('by the command line, and as text that is no JSON', async () => {
    for (const weight of ['0', '-0.5', '1e308', 'NaN']) {
      const deployed = ['deploy', '--prompt', 'exit 0', `--workload=${weight}`];
      const one = await startZiggie(['--root', coordinator.root, ...deployed]).end;
      expect([one.code, one.err]).toEqual([64, expect.stringContaining('--workload')]);
      const planned = await startZiggie(['--root', coordinator.root, 'plan', `t1=${weight}`, '--workers=1']).end;
      expect([planned.code === 0, planned.err]).toEqual([false, expect.stringContaining('weight')]);
    }
    coordinator.drop('nan', '{"request_id": "nan", "agent_type": "L2", "estimated_workload": NaN, "config": {}}');
    const [file, reason] = await waitFor('the file is refused', () => {
      const text = readIfThere(coordinator.path('responses', 'nan_error.json'));
      return text === null ? null : (['nan_error.json', text] as const);
    });
    expect([file, reason]).toEqual(['nan_error.json', expect.stringContaining('not valid JSON')]);
  });
});

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

test('many at once, by HTTP, by file and in batches, cannot get past the rule', async () => {
  const weights = Array.from({ length: 45 }, (_, index) => [0.4, 0.2, 0.34, 0.26, 0.5, 0.15][index % 6] ?? 0.3);
  const parents = ['race_1', 'race_2', 'race_3'];
  const asked = parents.flatMap((parent) =>
    weights.map(async (weight, index) => {
      const one = worker(parent, weight, 4);
      if (index % 3 === 0) return (await coordinator.dropAndAnswer({ ...one, action: 'deploy' })).code === undefined;
      if (index % 3 === 1) return (await ask('deploy', one)).status === 201;
      const request_id = `${one.request_id}_all`;
      const both = [one, worker(parent, weight, 4)];
      return (await ask('deploy/batch', { request_id, action: 'deploy_batch', agents: both })).status === 200;
    }),
  );
  const admitted = await Promise.all(asked);
  expect(admitted).toContain(false);
  for (const parent of parents) {
    const facts = coordinator
      .journal()
      .flatMap(({ event }) => acceptances(event))
      .flatMap((one) => (one.facts.parent_agent === parent ? [one.facts] : []));
    const waves = new Map<number, number[]>();
    for (const { balance, estimated_workload } of facts) {
      const wave = balance?.wave ?? 0;
      waves.set(wave, [...(waves.get(wave) ?? []), estimated_workload ?? 0]);
    }
    expect(facts.length).toBeGreaterThan(1);
    for (const own of waves.values()) expect(balanceOf(withRest(own, 4), rules).is_balanced, String(own)).toBe(true);
  }
});

test('of two at the same moment that do not go together exactly one is admitted, again and again', async () => {
  const parents = Array.from({ length: 40 }, (_, index) => `pair_${index}`);
  const both = parents.map((parent) =>
    Promise.all([0.34, 0.16].map((weight) => ask('deploy', worker(parent, weight, 4)))),
  );
  for (const answers of await Promise.all(both)) {
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 422]);
  }
});

test('who does most of the work while the group still runs is told of once, to its parent and in its record, across a restart', async () => {
  const three = async (parent: string): Promise<string> => {
    const ids: string[] = [];
    for (const prompt of [waitsFor('go'), 'exit 0', 'exit 0']) {
      ids.push((await ask('deploy', worker(parent, 0.33, undefined, prompt))).body.agent_id);
    }
    return ids[0] ?? '';
  };
  const told = (parent: string) =>
    waitFor(`${parent} is told`, async () => {
      const { messages } = await call<InboxAnswer>('inbox', { action: 'inbox', request_id: 'look', agent_id: parent });
      const own = messages.filter(({ type }) => type === 'child_needs_you');
      return own.length > 0 && own;
    });
  const slow = await three('ow_slow');
  const [message] = await told('ow_slow');
  expect(message).toMatchObject({
    agent_id: slow,
    reason: expect.stringMatching(/w0\.33 has .* % of the running time/),
  });
  const record = await call<AgentRecord>(`agents/${slow}`);
  expect(record.balance?.replan).toMatchObject({ basis: 'seconds', suggestion: message?.reason });
  expect(record.actual_workload).toBeGreaterThan(0.4);
  await coordinator.crash();
  await coordinator.start();
  // It has looked at all groups when it tells of another.
  await three('ow_slow_too');
  await told('ow_slow_too');
  expect(await told('ow_slow')).toEqual([message]);
  const events = coordinator.journal().filter(({ event }) => event.type === 'replan_suggested');
  expect(events).toHaveLength(2);
  writeFileSync(coordinator.path('go'), '');
  await coordinator.ended(slow);
});
