/** A model API on the loopback: enough of `POST /v1/messages` (streamed and plain) to run the real Claude Code offline. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { answerEvents, answerMessage, type Answer, type Content } from './messages-answer.ts';
import { type MessagesRequest, type Turn, turnOf } from './messages-conversation.ts';
import type { Step, StubUsage } from './messages-script.ts';

export interface Billed extends StubUsage {
  readonly model: string;
}

export interface MessagesStub {
  /** For ANTHROPIC_BASE_URL. */
  readonly url: string;
  /** Every conversation that arrived, in order. */
  readonly requests: readonly MessagesRequest[];
  /** The usage stated in every answer that was given whole. */
  readonly billed: readonly Billed[];
  /** Resolves with the first request, past or future, that the test accepts. */
  waitForRequest(accepts: (request: MessagesRequest) => boolean, limitMs?: number): Promise<MessagesRequest>;
  close(): Promise<void>;
}

/** What an answer costs when its turn does not say. */
const defaultUsage: StubUsage = {
  input_tokens: 100,
  output_tokens: 20,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
};

const errorTypes: Record<number, string> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

/** Everything one stub remembers between requests. */
interface Memory {
  readonly requests: MessagesRequest[];
  readonly billed: Billed[];
  readonly listeners: Set<() => void>;
  /** How often a scripted error was given, by its place in its conversation. */
  readonly errorsGiven: Map<string, number>;
  readonly closing: AbortController;
}

export async function startMessagesStub(): Promise<MessagesStub> {
  const memory: Memory = {
    requests: [],
    billed: [],
    listeners: new Set(),
    errorsGiven: new Map(),
    closing: new AbortController(),
  };
  const server = createServer((request, response) => {
    handle(memory, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendError(response, 400, error instanceof Error ? error.message : String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests: memory.requests,
    billed: memory.billed,
    waitForRequest: (accepts, limitMs = 20_000) => waitForRequest(memory, accepts, limitMs),
    async close() {
      memory.closing.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function handle(memory: Memory, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://stub');
  const body = await readBody(request);
  if (request.method === 'POST' && pathname === '/v1/messages/count_tokens')
    return sendJson(response, 200, { input_tokens: 100 });
  if (request.method !== 'POST' || pathname !== '/v1/messages')
    return sendError(response, 404, `nothing at ${pathname}`);
  const message = JSON.parse(body) as MessagesRequest;
  memory.requests.push(message);
  for (const listener of memory.listeners) listener();
  await answer(memory, message, response);
}

async function answer(memory: Memory, request: MessagesRequest, response: ServerResponse): Promise<void> {
  const turn = turnOf(request);
  const content: Content[] = [];
  let usage = defaultUsage;
  for (const [index, step] of turn.steps.entries()) {
    if (step.do === 'sleep') await delay(step.ms, undefined, { signal: memory.closing.signal });
    if (step.do === 'tokens') usage = step.usage;
    if (step.do === 'say') content.push({ type: 'text', text: turn.fill(step.text) });
    if (step.do === 'tool') content.push({ type: 'tool_use', name: step.name, input: step.input(turn.fill) });
    if (step.do === 'hang') return;
    if (step.do === 'cut') return cut(response, { model: request.model, content, usage });
    if (step.do === 'error' && isDue(memory, turn, index, step)) return sendScriptedError(response, step);
  }
  if (content.length === 0) content.push({ type: 'text', text: 'done' });
  memory.billed.push({ model: request.model, ...usage });
  const whole: Answer = { model: request.model, content, usage };
  if (request.stream !== true) return sendJson(response, 200, answerMessage(whole));
  response.writeHead(200, { 'content-type': 'text/event-stream', 'request-id': 'req_stub' });
  response.end(answerEvents(whole).join(''));
}

/** The connection breaks in the middle of the first block. */
function cut(response: ServerResponse, answer: Answer): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(answerEvents(answer).slice(0, 3).join(''), () => response.destroy());
}

function isDue(memory: Memory, turn: Turn, index: number, step: Extract<Step, { do: 'error' }>): boolean {
  const place = `${index} ${turn.key}`;
  const given = memory.errorsGiven.get(place) ?? 0;
  memory.errorsGiven.set(place, given + 1);
  return given < step.times;
}

function sendScriptedError(response: ServerResponse, { status, retryAfter }: Extract<Step, { do: 'error' }>): void {
  if (retryAfter !== null) response.setHeader('retry-after', retryAfter);
  sendError(response, status, `scripted error ${status}`);
}

function sendError(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, { type: 'error', error: { type: errorTypes[status] ?? 'api_error', message } });
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_stub' });
  response.end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function waitForRequest(
  memory: Memory,
  accepts: (request: MessagesRequest) => boolean,
  limitMs: number,
): Promise<MessagesRequest> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      memory.listeners.delete(look);
      clearTimeout(timer);
    };
    const look = (): void => {
      const found = memory.requests.find(accepts);
      if (found === undefined) return;
      finish();
      resolve(found);
    };
    const timer = setTimeout(() => {
      finish();
      reject(new Error(`no such request within ${limitMs} ms; ${memory.requests.length} arrived`));
    }, limitMs);
    memory.listeners.add(look);
    look();
  });
}
