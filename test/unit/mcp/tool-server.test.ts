/** The tools between a real client and a coordinator that is written down here: what reaches it, and what comes back. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createToolServer } from '../../../main/mcp/tool-server.ts';
import type { LogWish, PortResult, ToolPort } from '../../../main/mcp/tool-port.ts';
import { failureOf } from '../../../protocol/failures.ts';
import type { InboxMessage } from '../../../protocol/waiting.ts';
import { agentRecordWith } from '../../rig/agent-record.ts';
import { waitFor } from '../../rig/wait-for.ts';

type Asked = Record<string, unknown> & { action: string };
type Answers = Record<string, (request: Asked, signal: AbortSignal) => unknown>;

interface Rig {
  readonly asked: Asked[];
  readonly client: Client;
  call(
    name: string,
    args?: Record<string, unknown>,
    options?: { meta?: Record<string, unknown>; onprogress?: (message: string) => void; signal?: AbortSignal },
  ): Promise<{ text: string; isError: boolean; content: Record<string, unknown> }>;
}

async function rig(answers: Answers, log: (wish: LogWish) => string = () => ''): Promise<Rig> {
  const asked: Asked[] = [];
  const port: ToolPort = {
    perform: async (action, request, signal) => {
      asked.push(request as Asked);
      const answer = await answers[action]?.(request as Asked, signal);
      if (answer === undefined) throw new Error(`${action} was not expected`);
      const isFailure = typeof answer === 'object' && answer !== null && 'code' in answer;
      const result = isFailure ? { ok: false, failure: answer } : { ok: true, value: { answer, replayed: false } };
      return result as PortResult<never>;
    },
    readLog: (_id, wish) => {
      const bytes = new TextEncoder().encode(log(wish));
      return Promise.resolve({ ok: true, value: { bytes, start: 0, end: bytes.length, total: bytes.length } });
    },
  };
  const server = createToolServer({ port, version: '1', progressEveryMs: 5 });
  const client = new Client({ name: 'test', version: '1' });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(ours);
  await client.connect(theirs);
  onTestFinished(async () => {
    await client.close();
    await server.close();
  });
  return {
    asked,
    client,
    call: async (name, args = {}, { meta, onprogress, signal } = {}) => {
      const params = { name, arguments: args, ...(meta === undefined ? {} : { _meta: meta }) };
      const result = await client.request({ method: 'tools/call', params }, CallToolResultSchema, {
        ...(onprogress === undefined ? {} : { onprogress: ({ message = '' }) => onprogress(message) }),
        ...(signal === undefined ? {} : { signal }),
      });
      const [first] = result.content;
      return {
        text: first?.type === 'text' ? first.text : '',
        isError: result.isError === true,
        content: result.structuredContent ?? {},
      };
    },
  };
}

const record = agentRecordWith({ agent_id: 'agent_1', status: 'completed', name: 'n' });
const message = (seq: number, agent_id: string): InboxMessage => ({
  ...{ seq, at: '2026-01-01T00:00:00Z', type: 'child_ended', agent_id, status: 'completed', reason: 'done' },
});

describe('a call of a tool', () => {
  test('fills config from flat fields, leaves out null, and keeps what it does not know', async () => {
    const { call, asked } = await rig({ deploy: () => record });
    const args = { prompt: 'p', model: 'haiku', agent_type: 'L2', name: null, max_turns: 3, colour: 'red' };
    const { content } = await call('deploy_agent', args);
    expect(asked[0]).toMatchObject({
      ...{ action: 'deploy', agent_type: 'L2', name: null, colour: 'red' },
      config: { prompt: 'p', model: 'haiku', max_turns: 3, timeout: 600 },
    });
    expect(asked[0]).not.toHaveProperty('prompt');
    expect(content).toMatchObject({ agent_id: 'agent_1', replayed: false });
    expect(content).not.toHaveProperty('prompt_file');
  });

  test('takes the object of the wire as it is, too', async () => {
    const { call, asked } = await rig({ deploy: () => record });
    await call('deploy_agent', { agent_type: 'L2', config: { prompt: 'p', cwd: '/x' }, model: 'haiku' });
    expect(asked[0]).toMatchObject({ config: { prompt: 'p', cwd: '/x', model: 'haiku' } });
    const { text, isError } = await call('deploy_agent', { agent_type: 'L2', config: 'p' });
    expect([isError, text]).toEqual([true, expect.stringMatching(/^INVALID_REQUEST: config/)]);
  });

  test('is named after the client’s name for it; the same name, the same request; another letter, another', async () => {
    const { call, asked } = await rig({ deploy: () => record });
    const args = { agent_type: 'L2', prompt: 'p' };
    for (const id of ['toolu_1', 'toolu_1', 'a b', 'a_b', 'x'.repeat(300)]) {
      await call('deploy_agent', args, { meta: { 'claudecode/toolUseId': id } });
    }
    await call('deploy_agent', args);
    await call('deploy_agent', args);
    await call('deploy_agent', { ...args, request_id: 'mine' }, { meta: { 'claudecode/toolUseId': 'toolu_1' } });
    const ids = asked.map(({ request_id }) => request_id);
    expect(ids.slice(0, 2)).toEqual(['mcp_toolu_1', 'mcp_toolu_1']);
    expect(new Set(ids).size).toBe(7);
    expect(ids.at(-1)).toBe('mine');
  });

  test('that is refused is a result with the code, whoever refused it', async () => {
    const { call } = await rig({
      status: () => failureOf('UNKNOWN_AGENT', 'There is \u001b[31mnone.'),
      list: () => {
        throw new Error('a mistake');
      },
    });
    expect(await call('agent_status', { agent_id: 'a' })).toMatchObject({
      isError: true,
      text: 'UNKNOWN_AGENT: There is none.',
    });
    expect((await call('agent_status', { agent_id: '../a' })).text).toMatch(/^INVALID_REQUEST: agent_id/);
    expect((await call('list_agents')).text).toMatch(/^INTERNAL: /);
    expect((await call('none')).text).toMatch(/^UNKNOWN_ACTION: /);
  });

  test('that takes long tells of it, where the client asked to hear', async () => {
    const told: string[] = [];
    const { call } = await rig({
      wait: () =>
        new Promise((resolve) => {
          const look = setInterval(() => {
            if (told.length < 2) return;
            clearInterval(look);
            resolve({ done: true, ended: [record], pending: [] });
          }, 1);
        }),
      inbox: () => failureOf('INVALID_REQUEST', 'Whose?'),
    });
    const { content } = await call(
      'wait_for_agents',
      { agent_ids: ['agent_1'] },
      { onprogress: (text) => told.push(text) },
    );
    expect(content).toMatchObject({ done: true, ended: [{ agent_id: 'agent_1' }], news: [] });
    expect(told.length).toBeGreaterThanOrEqual(2);
  });

  test('reads at most 16 KiB of a log', async () => {
    const wishes: LogWish[] = [];
    const { call } = await rig({}, (wish) => {
      wishes.push(wish);
      return 'x';
    });
    await call('read_agent_log', { agent_id: 'a' });
    await call('read_agent_log', { agent_id: 'a', offset: 0, max_bytes: 16_384 });
    expect(wishes).toEqual([{ lastBytes: 8192 }, { start: 0, end: 16_384 }]);
    expect((await call('read_agent_log', { agent_id: 'a', max_bytes: 16_385 })).text).toMatch(
      /^INVALID_REQUEST: max_bytes/,
    );
    expect((await call('read_agent_log', { agent_id: 'a', offset: 2 })).text).toMatch(/^INVALID_REQUEST: offset is 2/);
  });
});

describe('waiting', () => {
  const inboxOf = (...messages: InboxMessage[]) => ({ agent_id: 'me', acknowledged: 0, messages, has_more: false });

  test('asks in pieces until the agents have ended', async () => {
    let left = 3;
    const { call, asked } = await rig({
      wait: () => {
        left -= 1;
        return left > 0
          ? { done: false, ended: [], pending: ['agent_1'] }
          : { done: true, ended: [record], pending: [] };
      },
      inbox: () => inboxOf(),
    });
    const { content } = await call('wait_for_agents', { agent_ids: ['agent_1'], timeout: 100, mode: null });
    expect(content).toMatchObject({ done: true, pending: [] });
    const waits = asked.filter(({ action }) => action === 'wait');
    expect(waits.map(({ timeout }) => timeout)).toEqual([20, 20, 20]);
  });

  test('a client that hears no progress is answered before it gives up', async () => {
    const { call, asked } = await rig({
      wait: ({ timeout }) => ({ done: true, ended: [record], pending: [], timeout }),
      inbox: () => inboxOf(),
    });
    await call('wait_for_agents', { agent_ids: ['agent_1'], timeout: 3601 });
    expect(asked.filter(({ action }) => action === 'wait')).toEqual([]);
    await call('wait_for_agents', { agent_ids: ['agent_1'], timeout: 3600 });
    expect(asked.filter(({ action }) => action === 'wait')).toHaveLength(1);
  });

  test('outlives a coordinator that is away for a moment', async () => {
    let calls = 0;
    const { call } = await rig({
      wait: () => {
        calls += 1;
        return calls === 1 ? { code: 'UNREACHABLE', message: 'away' } : { done: true, ended: [record], pending: [] };
      },
      inbox: () => inboxOf(),
    });
    expect((await call('wait_for_agents', { agent_ids: ['agent_1'] })).content).toMatchObject({ done: true });
  });

  test('acknowledges what an answer told with the next call, and what was given up never', async () => {
    const acknowledged: unknown[] = [];
    const { call, asked } = await rig({
      wait: ({ mode }, signal) =>
        mode === 'any'
          ? new Promise((resolve) =>
              signal.addEventListener('abort', () => resolve({ done: false, ended: [], pending: ['x'] })),
            )
          : { done: true, ended: [record], pending: [] },
      inbox: ({ acknowledge }) => {
        if (acknowledge !== null) acknowledged.push(acknowledge);
        return inboxOf(message(7, 'agent_1'), message(9, 'agent_2'));
      },
    });
    const given = new AbortController();
    const lost = call('wait_for_agents', { mode: 'any' }, { signal: given.signal }).catch(String);
    await waitFor('it waits', () => asked.length === 1);
    given.abort();
    expect(await lost).toContain('abort');
    await waitFor('its answer is made, and thrown away', () => asked.length === 2);
    const first = await call('wait_for_agents', {});
    expect(first.content).toMatchObject({ news: [{ agent_id: 'agent_2', seq: 9 }] });
    expect(acknowledged).toEqual([]);
    await call('wait_for_agents', { parent_agent: 'other' });
    expect(acknowledged).toEqual([]);
    await call('wait_for_agents', {});
    expect(acknowledged).toEqual([9]);
  });
});
