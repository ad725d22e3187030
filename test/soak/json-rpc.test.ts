/**
 * Hostile JSON-RPC at /mcp and at `ziggie mcp`: messages that are nearly right, in every way that a client can be wrong. The
 * coordinator neither ends nor hangs, every refusal has a code, and nobody else notices.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { failureCodes } from '../../protocol/failures.ts';
import { ziggieCommand } from '../rig/ziggie-command.ts';
import { waitFor } from '../rig/wait-for.ts';
import { SoakRoot } from './rig/soak-root.ts';
import { amount, figures, repeatWith, seed } from './rig/tier.ts';

const messages = amount({ ci: 1000, full: 10_000 });
const overStdio = amount({ ci: 200, full: 2000 });
const atOnce = 8;
/** A hang. What a bystander waits at most is printed, not judged: a busy machine makes everybody wait. */
const hangMs = 15_000;

const tools = ['deploy_agent', 'deploy_agents', 'plan_workload', 'list_agents', 'wait_for_agents'];
const moreTools = ['agent_status', 'stop_agent', 'read_agent_log', 'submit_report', 'nothing', '__proto__', ''];

const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.constantFrom(
    null,
    -1,
    1e308,
    2 ** 53,
    '',
    '\u0000',
    '../../etc/passwd',
    'x'.repeat(5000),
    '\u202e',
    '\ud800',
    [],
    {},
  ),
);
const rarely = (usual: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 15, arbitrary: usual }, { weight: 1, arbitrary: odd });

const agentId = fc.constantFrom('agent_20260101_000000_1', 'overwatch', 'a'.repeat(129));
const deployment = fc.record(
  {
    agent_type: rarely(fc.constantFrom('L1', 'L2.1', 'L99', 'L0')),
    prompt: rarely(fc.string()),
    // Nothing of this may start anything: the runtime is one that is not there.
    runtime: rarely(fc.constant('nowhere')),
    name: rarely(fc.string()),
    parent_agent: rarely(agentId),
    group: rarely(fc.record({ id: fc.string(), size: fc.integer() })),
    estimated_workload: rarely(fc.double()),
    timeout: rarely(fc.integer()),
    restart: odd,
    config: odd,
    request_id: rarely(fc.string()),
    token: odd,
  },
  { requiredKeys: [] },
);
const toolArguments = fc.oneof(
  deployment,
  fc.record({ agents: rarely(fc.array(rarely(deployment), { maxLength: 4 })) }),
  fc.record({
    tasks: rarely(fc.array(rarely(fc.record({ id: fc.string(), weight: fc.double() })), { maxLength: 6 })),
    workers: odd,
  }),
  fc.record(
    {
      agent_id: rarely(agentId),
      agent_ids: rarely(fc.array(agentId, { maxLength: 3 })),
      timeout: rarely(fc.constantFrom(0, 0.01)),
      mode: odd,
      cursor: odd,
      limit: odd,
      status: odd,
      offset: odd,
      max_bytes: odd,
      markdown: rarely(fc.string()),
    },
    { requiredKeys: [] },
  ),
);
const id = rarely(fc.oneof(fc.integer({ min: 1, max: 1e9 }), fc.uuid()));
const meta = fc.record({ progressToken: rarely(fc.nat()), 'claudecode/toolUseId': rarely(fc.string()) });
const call = fc.record(
  { name: rarely(fc.constantFrom(...tools, ...moreTools)), arguments: rarely(toolArguments), _meta: rarely(meta) },
  { requiredKeys: ['name', 'arguments'] },
);
const params = rarely(call);
const methods = [
  'tools/call',
  'tools/call',
  'tools/call',
  'tools/list',
  'ping',
  'initialize',
  'resources/read',
  'tasks/cancel',
];
const notifications = ['notifications/cancelled', 'notifications/initialized', 'notifications/progress', 'x'];
const requestFields = {
  jsonrpc: rarely(fc.constant('2.0')),
  id,
  method: rarely(fc.constantFrom(...methods)),
  params,
};
const request = fc.oneof(
  { weight: 9, arbitrary: fc.record(requestFields) },
  { weight: 1, arbitrary: fc.record({ ...requestFields, extra: odd }, { requiredKeys: [] }) },
);
const notification = fc.record({
  jsonrpc: rarely(fc.constant('2.0')),
  method: rarely(fc.constantFrom(...notifications)),
  params,
});
const response = fc.record(
  { jsonrpc: rarely(fc.constant('2.0')), id, result: odd, error: odd },
  { requiredKeys: ['id'] },
);
const message = fc.oneof(
  { weight: 8, arbitrary: request as fc.Arbitrary<unknown> },
  { weight: 2, arbitrary: notification },
  { weight: 1, arbitrary: response },
  { weight: 1, arbitrary: odd },
);
const body = fc.oneof(
  { weight: 10, arbitrary: message.map((one) => JSON.stringify(one)) },
  { weight: 2, arbitrary: fc.array(message, { maxLength: 6 }).map((batch) => JSON.stringify(batch)) },
  { weight: 1, arbitrary: fc.tuple(message, fc.nat()).map(([one, at]) => cut(JSON.stringify(one), at)) },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.constant(`${'['.repeat(50_000)}`) },
);
const cut = (text: string, at: number): string => text.slice(0, at % (text.length + 1));

const sample = (count: number, salt: number): string[] => fc.sample(body, { numRuns: count, seed: seed + salt });

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'soak', version: '1' } },
};

test('hostile JSON-RPC over HTTP: no crash, no hang, every refusal coded', async () => {
  const root = new SoakRoot({
    default_runtime: 'nowhere',
    runtimes: { nowhere: { kind: 'command', command: '/nowhere/program' } },
  });
  onTestFinished(() => root.dispose());
  await root.start();
  const { url, token } = { url: root.announced()?.url ?? '', token: readFileSync(root.path('token'), 'utf8').trim() };
  const post = (text: string, session: string | null): Promise<Response> =>
    fetch(`${url}/mcp`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        accept: 'application/json, text/event-stream',
        ...(session === null ? {} : { 'mcp-session-id': session }),
      },
      body: text,
      // Two requests with one id in one session may leave a stream without its answer.
      signal: AbortSignal.timeout(10_000),
    });
  const open = async (): Promise<string> => {
    const opened = await post(JSON.stringify(initialize), null);
    await opened.text();
    return opened.headers.get('mcp-session-id') ?? '';
  };
  const sessions: string[] = [];
  for (let count = 0; count < atOnce; count += 1) sessions.push(await open());

  const counts = { answered: 0, refused: 0, unanswered: 0 };
  const faults: string[] = [];
  const bodies = sample(messages, 1);
  const bystander = watchHealth(url);
  const send = async (text: string, session: string | null): Promise<void> => {
    try {
      const answer = await post(text, session);
      const said = await answer.text();
      if (answer.status < 400) counts.answered += 1;
      else counts.refused += 1;
      const wrong = uncoded(answer.status, said);
      if (wrong !== null) faults.push(`${text.slice(0, 500)}\n  -> ${answer.status} ${wrong}`);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'TimeoutError') throw error;
      counts.unanswered += 1;
    }
  };
  await Promise.all(
    sessions.map(async (session, lane) => {
      for (let at = lane; at < bodies.length; at += atOnce) {
        await send(bodies[at] ?? '', at % 20 === 0 ? null : at % 31 === 0 ? `not-${session}` : session);
      }
    }),
  );
  const worstMs = await bystander();
  expect(faults, repeatWith('json-rpc')).toEqual([]);
  expect(counts.unanswered, repeatWith('json-rpc')).toBeLessThan(messages / 100);
  expect(worstMs, repeatWith('json-rpc')).toBeLessThan(hangMs);
  // It still serves, and nothing was started.
  const last = await post(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }), sessions[0] ?? '');
  expect(await last.text()).toContain('deploy_agent');
  figures('json-rpc', {
    'messages over HTTP': bodies.length,
    ...counts,
    'ms worst health answer': Math.round(worstMs),
  });
});

test('hostile JSON-RPC over stdio: it goes on, and says nothing but JSON-RPC', async () => {
  const child = spawn(process.execPath, [ziggieCommand, 'mcp', '--root', '/nowhere/at/all'], { stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const said: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(line));
  let errors = '';
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  const exited = once(child, 'exit');
  for (const text of sample(overStdio, 2)) child.stdin.write(`${text.replaceAll('\n', ' ')}\n`);
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 'last', method: 'ping' })}\n`);
  await waitFor('the last answer', () => said.some((line) => line.includes('"last"')), {
    timeoutMs: 30_000,
    seen: () => ({ said: said.slice(-3), errors, exit: child.exitCode }),
  });
  child.stdin.end();
  const [code] = (await exited) as [number | null];
  expect([code, errors], repeatWith('json-rpc')).toEqual([0, '']);
  for (const line of said) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  figures('json-rpc', { 'lines over stdio': overStdio, 'lines back': said.length });
});

/** What of an answer is a refusal without a code; null: nothing. */
function uncoded(status: number, said: string): string | null {
  if (status >= 500) return said;
  if (status === 202 || status === 204) return null;
  if (status >= 400) {
    const refusal = parse(said) as { code?: unknown; error?: { code?: unknown } } | null;
    return isCode(refusal?.code) || Number.isSafeInteger(refusal?.error?.code) ? null : said;
  }
  for (const line of said.split('\n')) {
    if (!line.startsWith('data: ')) continue;
    const { result, error } = (parse(line.slice(6)) ?? {}) as {
      result?: { isError?: boolean; content?: { text?: string }[] };
      error?: { code?: unknown };
    };
    if (error !== undefined && !Number.isSafeInteger(error.code)) return line;
    if (result?.isError !== true) continue;
    const code = /^([A-Z_]+): ./.exec(result.content?.[0]?.text ?? '')?.[1];
    if (!isCode(code) || code === 'INTERNAL') return line;
  }
  return null;
}

const isCode = (code: unknown): boolean => (failureCodes as readonly unknown[]).includes(code);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // Then it has no code either.
  }
}

/** Asks for the health all the while, and at the end gives the longest time that an answer took. */
function watchHealth(url: string): () => Promise<number> {
  const state = { isOver: false, worstMs: 0 };
  const loop = (async () => {
    while (!state.isOver) {
      const began = performance.now();
      const answer = await fetch(`${url}/health`);
      await answer.text();
      expect(answer.status).toBe(200);
      state.worstMs = Math.max(state.worstMs, performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  return async () => {
    state.isOver = true;
    await loop;
    return state.worstMs;
  };
}
