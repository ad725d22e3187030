/** A parent is woken: by `wait`, and by its inbox, which tells each end once whatever happens in between. */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createPosixOwnership } from '../../main/coordinator/process/posix/ownership.ts';
import type { AgentRecord } from '../../protocol/record.ts';
import type { InboxAnswer, WaitAnswer } from '../../protocol/waiting.ts';
import { TestCoordinator } from '../rig/coordinator.ts';
import { OwnHost } from '../rig/own-host.ts';
import { valueOf } from '../rig/result.ts';
import { waitFor } from '../rig/wait-for.ts';

/** Ends once `go-<name>` exists in the root. */
const untilGo = (name: string): string => `until [ -e "$ZIGGIE_ROOT/go-${name}" ]; do sleep 0.05; done; exit 3`;

let host: OwnHost;
beforeAll(async () => {
  host = await OwnHost.start(createPosixOwnership, { limits: { min_free_memory_mb: 0, max_starting: 16 } });
});
afterAll(async () => {
  await host.dispose();
});
afterEach(async () => {
  await waitFor('nobody waits any more', () => host.coordinator.waiting() === 0);
});

async function deploy(name: string, parent: string | null, script = untilGo(name)): Promise<AgentRecord> {
  const config = { prompt: script, report_required: false };
  return valueOf(await host.client.deploy({ agent_type: 'L2', name, parent_agent: parent, config })).record;
}
const go = (name: string): void => writeFileSync(host.path(`go-${name}`), '');

async function post<T>(action: string, body: object, signal: AbortSignal | null = null) {
  const response = await fetch(`${host.url}/api/coordinator/${action}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${host.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal,
  });
  return (await response.json()) as T & { code?: string; detail?: string };
}
const wait = (body: object, signal: AbortSignal | null = null) =>
  post<WaitAnswer>('wait', { timeout: 60, ...body }, signal);
const inbox = (agent_id: string, body: object = {}) => post<InboxAnswer>('inbox', { agent_id, ...body });

function drop(request: { request_id: string } & Record<string, unknown>): void {
  const path = host.path('requests', request.request_id);
  writeFileSync(`${path}.tmp`, JSON.stringify(request));
  renameSync(`${path}.tmp`, `${path}.json`);
}
const answerOf = <T>(id: string): Promise<T> =>
  waitFor(`an answer to ${id}`, () => {
    const path = host.path('responses', `${id}_response.json`);
    return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : null;
  });

/** A session of `/mcp` as a client without a library would have it: each call is one POST, its answer the stream's text. */
async function mcpSession() {
  const headers = {
    authorization: `Bearer ${host.token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  };
  const send = (id: number, method: string, params: object, more: object = {}, signal: AbortSignal | null = null) =>
    fetch(`${host.url}/mcp`, {
      method: 'POST',
      headers: { ...headers, ...more },
      body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
      signal,
    });
  const clientInfo = { name: 'raw', version: '1' };
  const begun = await send(0, 'initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo });
  await begun.text();
  const session = { 'mcp-session-id': begun.headers.get('mcp-session-id') ?? '' };
  return {
    call: async (id: number, name: string, args: object, signal: AbortSignal | null = null): Promise<string> =>
      (await send(id, 'tools/call', { name, arguments: args }, session, signal)).text(),
  };
}

describe('wait', () => {
  test('any: as soon as one has ended; all: when the last has', async () => {
    const [a, b] = [await deploy('w1', null), await deploy('w2', null)];
    const agent_ids = [a.agent_id, b.agent_id];
    const any = wait({ agent_ids, mode: 'any' });
    const all = wait({ agent_ids, mode: 'all' });
    await waitFor('both wait', () => host.coordinator.waiting() === 2);
    go('w2');
    const first = await any;
    expect([first.done, first.ended.map(({ agent_id }) => agent_id), first.pending]).toEqual([
      true,
      [b.agent_id],
      [a.agent_id],
    ]);
    expect(first.ended[0]).toMatchObject({ status: 'failed', exit_code: 3 });
    expect(host.coordinator.waiting()).toBe(1);
    go('w1');
    const last = await all;
    expect([last.done, last.ended.length, last.pending]).toEqual([true, 2, []]);
  });

  test('when its time is over it says who is still at work, which is no failure', async () => {
    const { agent_id } = await deploy('w3', null);
    expect(await wait({ agent_ids: [agent_id], timeout: 0.1 })).toMatchObject({
      done: false,
      ended: [],
      pending: [agent_id],
    });
    expect(await wait({ agent_ids: [agent_id], timeout: 0 })).toMatchObject({ done: false, pending: [agent_id] });
    go('w3');
    expect((await wait({ agent_ids: [agent_id] })).done).toBe(true);
  });

  test('a child that ends between two calls is told by the next, at once', async () => {
    const { agent_id } = await deploy('w4', 'overwatch_w4');
    expect((await wait({ parent_agent: 'overwatch_w4', timeout: 0 })).done).toBe(false);
    go('w4');
    await host.ended(agent_id);
    expect(await wait({ parent_agent: 'overwatch_w4', timeout: 0 })).toMatchObject({
      done: true,
      ended: [{ agent_id }],
    });
  });

  test('children that are deployed meanwhile are waited for, too', async () => {
    const { agent_id } = await deploy('w5', 'overwatch_w5');
    const all = wait({ parent_agent: 'overwatch_w5' });
    await waitFor('it waits', () => host.coordinator.waiting() === 1);
    const later = await deploy('w6', 'overwatch_w5');
    go('w5');
    await host.ended(agent_id);
    expect(host.coordinator.waiting()).toBe(1);
    go('w6');
    expect((await all).ended.map((one) => one.agent_id)).toEqual([agent_id, later.agent_id]);
  });

  test('calls that are given up leave nobody waiting', async () => {
    const { agent_id } = await deploy('w7', 'overwatch_w7');
    const calls = Array.from({ length: 40 }, (_, index) => {
      const gone = new AbortController();
      const body = { agent_ids: [agent_id], agent_id: 'overwatch_w7', timeout: 3600 };
      return { gone, call: post(index % 2 === 0 ? 'wait' : 'inbox', body, gone.signal) };
    });
    await waitFor('all wait', () => host.coordinator.waiting() === 40);
    for (const { gone } of calls) gone.abort();
    await Promise.allSettled(calls.map(({ call }) => call));
    await waitFor('nobody waits', () => host.coordinator.waiting() === 0);
    expect(host.coordinator.waiting()).toBe(0);
    go('w7');
  });

  test('a tool call whose connection breaks off waits no more, and what its answer told is told again', async () => {
    const { agent_id } = await deploy('w8', 'overwatch_w8');
    const gone = new AbortController();
    const mcp = await mcpSession();
    const lost = mcp.call(1, 'wait_for_agents', { agent_ids: [agent_id], timeout: 3000 }, gone.signal);
    await waitFor('it waits', () => host.coordinator.waiting() === 1);
    gone.abort();
    await lost.catch(() => undefined);
    await waitFor('nobody waits', () => host.coordinator.waiting() === 0);
    go('w8');
    await host.ended(agent_id);
    // Another child, so that there is something to wait for while the first one's end is news.
    const { agent_id: other } = await deploy('w9', 'overwatch_w8');
    const ask = { agent_ids: [other], parent_agent: 'overwatch_w8', timeout: 0 };
    expect(await mcp.call(2, 'wait_for_agents', ask)).toContain(agent_id);
    go('w9');
    await host.ended(other);
  });

  test('whom nobody knows, and nobody at all, is said', async () => {
    expect((await wait({ agent_ids: ['agent_20200101_000000_9'] })).code).toBe('UNKNOWN_AGENT');
    expect((await wait({ parent_agent: 'nobody_here' })).code).toBe('UNKNOWN_AGENT');
    expect((await wait({})).code).toBe('INVALID_REQUEST');
  });
});

describe('the inbox of a parent', () => {
  test('tells the same until it is acknowledged, and never again after that', async () => {
    const children = [await deploy('i1', 'overwatch_i'), await deploy('i2', 'overwatch_i')];
    const woken = inbox('overwatch_i', { timeout: 60 });
    await waitFor('it waits', () => host.coordinator.waiting() === 1);
    go('i1');
    expect((await woken).messages.map(({ agent_id }) => agent_id)).toEqual([children[0]?.agent_id]);
    go('i2');
    const both = await waitFor('both are told', async () => {
      const answer = await inbox('overwatch_i');
      return answer.messages.length === 2 && answer;
    });
    expect(both.messages).toMatchObject(
      children.map(({ agent_id }) => ({ type: 'child_ended', agent_id, status: 'failed' })),
    );
    expect(await inbox('overwatch_i')).toEqual(both);
    const page = await inbox('overwatch_i', { limit: 1 });
    expect([page.messages, page.has_more]).toEqual([both.messages.slice(0, 1), true]);
    const [first, last] = both.messages.map(({ seq }) => seq);
    const rest = await inbox('overwatch_i', { acknowledge: first });
    expect([rest.messages, rest.acknowledged, rest.has_more]).toEqual([both.messages.slice(1), first, false]);
    expect((await inbox('overwatch_i', { acknowledge: last })).messages).toEqual([]);
    // One that is behind takes nothing back.
    expect(await inbox('overwatch_i', { acknowledge: first })).toMatchObject({ acknowledged: last, messages: [] });
  });

  test('an acknowledgement of what has not happened yet is refused: it would swallow what nobody has seen', async () => {
    await deploy('i3', 'overwatch_j', 'exit 0');
    const answer = await inbox('overwatch_j', { acknowledge: 1_000_000 });
    expect([answer.code, answer.detail]).toEqual(['INVALID_REQUEST', expect.stringContaining('the last event is')]);
    expect((await inbox('overwatch_j', { timeout: 60 })).messages).toHaveLength(1);
  });
});

describe('by file', () => {
  test('three hundred that wait hold up no other, and all are answered when it ends', async () => {
    const { agent_id } = await deploy('f1', null);
    const ids = Array.from({ length: 300 }, (_, index) => `wait-${index}`);
    for (const request_id of ids) drop({ request_id, action: 'wait', agent_ids: [agent_id], timeout: 3600 });
    await waitFor('all wait', () => host.coordinator.waiting() === 300, { seen: () => host.coordinator.waiting() });
    drop({ request_id: 'look', action: 'status', agent_id });
    expect((await answerOf<AgentRecord>('look')).status).toBe('running');
    go('f1');
    for (const id of ids) expect((await answerOf<WaitAnswer>(id)).done).toBe(true);
    await waitFor('their files are gone', () =>
      readdirSync(host.path('requests')).every((name) => !name.startsWith('wait-')),
    );
  });

  test('a file that is taken away is waited for no more, and not answered', async () => {
    const { agent_id } = await deploy('f2', null);
    drop({ request_id: 'given-up', action: 'wait', agent_ids: [agent_id], timeout: 3600 });
    await waitFor('it waits', () => host.coordinator.waiting() === 1);
    rmSync(host.path('requests', 'given-up.json'));
    await waitFor('nobody waits', () => host.coordinator.waiting() === 0);
    go('f2');
    await host.ended(agent_id);
    expect(existsSync(host.path('responses', 'given-up_response.json'))).toBe(false);
  });
});

describe('across a restart', () => {
  let coordinator: TestCoordinator;
  beforeAll(async () => {
    coordinator = await TestCoordinator.start({
      config: { default_runtime: 'sh', runtimes: { sh: { kind: 'command', command: '/bin/sh' } } },
    });
  });
  afterAll(async () => {
    await coordinator.dispose();
  });

  test.each(['stopped', 'killed'] as const)(
    '%s: what waits by file goes on waiting and is answered by the next',
    async (how) => {
      const parent = `overwatch_${how}`;
      const config = { prompt: untilGo(how), report_required: false };
      const { agent_id } = valueOf(
        await coordinator.client.deploy({ agent_type: 'L2', parent_agent: parent, config }),
      ).record;
      coordinator.drop(`wait-${how}`, {
        request_id: `wait-${how}`,
        action: 'wait',
        agent_ids: [agent_id],
        timeout: 3600,
      });
      coordinator.drop(`read-${how}`, { request_id: `read-${how}`, action: 'inbox', agent_id: parent, timeout: 3600 });
      // Taken in the order of their names: once this one is answered, the others wait.
      await coordinator.dropAndAnswer({ request_id: `x-${how}`, action: 'status', agent_id });
      if (how === 'stopped') expect(await coordinator.stop()).toBe(0);
      else await coordinator.crash();
      writeFileSync(coordinator.path(`go-${how}`), '');
      await coordinator.start();
      expect(await coordinator.answer(`wait-${how}`)).toMatchObject({
        done: true,
        ended: [{ agent_id, exit_code: 3 }],
      });
      expect(await coordinator.answer(`read-${how}`)).toMatchObject({
        agent_id: parent,
        messages: [{ agent_id, status: 'failed' }],
      });
    },
  );
});
