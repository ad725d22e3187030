/** An MCP server with the coordinator's tools for one client: the same over HTTP and over stdio. */
import { createHash, randomUUID } from 'node:crypto';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CallToolRequestSchema,
  type CallToolResult,
  ListToolsRequestSchema,
  type ServerNotification,
  type Tool as ToolListing,
} from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { failureFromUnknown, failureOf } from '../../protocol/failures.ts';
import { requestIdSchema } from '../../protocol/names.ts';
import { plainText, plainValue } from './plain-text.ts';
import { ToldMessages } from './told.ts';
import type { Arguments, Tool, ToolAnswer } from './tool.ts';
import { tools } from './tool-list.ts';
import type { PortFailure, ToolPort } from './tool-port.ts';

/** Often enough for clients that cut a call after 300 s of silence, or after a minute of it. */
const progressEveryMs = 10_000;

const instructions =
  'Ziggie starts agents below you, each a process of its own with its own task, and owns them: deploy_agent or deploy_agents, ' +
  'then wait_for_agents, then read the report of each. An agent ends with submit_report (or writes its report file).';

export interface ToolServerOptions {
  readonly port: ToolPort;
  readonly version: string;
  readonly progressEveryMs?: number;
  /** Which tools; left out: those for models. */
  readonly tools?: readonly Tool[];
}

export interface ToolServer {
  /** Serves one client over this transport until either side closes it. */
  connect(transport: Transport): Promise<void>;
  /**
   * The connection of this call is gone, and no other will ever carry its answer: whoever waits stops waiting, and what the
   * answer would have told stays untold. What was begun is carried through.
   */
  giveUp(requestId: string | number): void;
  close(): Promise<void>;
}

/** The advertised form of the tools never changes, and making it takes a while. */
const listingOf = ({ name, title, description, input, output, hints }: Tool): ToolListing => ({
  name,
  title,
  description,
  inputSchema: jsonSchema(input, 'input'),
  ...(output === null ? {} : { outputSchema: jsonSchema(output, 'output') }),
  annotations: hints,
});
const usualListings: readonly ToolListing[] = tools.map(listingOf);

function jsonSchema(schema: z.ZodObject, io: 'input' | 'output'): ToolListing['inputSchema'] {
  return { ...z.toJSONSchema(schema, { io, target: 'draft-7' }), type: 'object' } as ToolListing['inputSchema'];
}

export function createToolServer(options: ToolServerOptions): ToolServer {
  const served = options.tools ?? tools;
  const listings = options.tools?.map(listingOf) ?? usualListings;
  const told = new ToldMessages();
  const open = new Map<string | number, AbortController>();
  const server = new Server(
    { name: 'ziggie', title: 'Ziggie Coordinator', version: options.version },
    { capabilities: { tools: {} }, instructions },
  );
  // What a client sends wrong is answered to it; what cannot be answered has nobody left to tell.
  server.onerror = () => undefined;
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [...listings] }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const { name, arguments: given = {}, _meta: meta } = params;
    const tool = served.find((one) => one.name === name);
    if (tool === undefined) return failed(unknownTool(name, served));
    const progress = new Progress(meta?.progressToken, extra.sendNotification, options.progressEveryMs);
    const gone = new AbortController();
    open.set(extra.requestId, gone);
    const signal = AbortSignal.any([extra.signal, gone.signal]);
    try {
      const answer = await run(tool, given, {
        port: options.port,
        requestId: requestIdOfCall(meta),
        signal,
        hearsProgress: meta?.progressToken !== undefined,
        note: (text) => progress.note(text),
        told: told.of(extra.requestId),
      });
      return resultOf(answer);
    } finally {
      progress.end();
      if (open.get(extra.requestId) === gone) open.delete(extra.requestId);
      // An answer to a call that was given up is never sent.
      if (signal.aborted) told.settle(extra.requestId, false);
    }
  });
  return {
    connect: (transport) => server.connect(watched(transport, told)),
    giveUp: (requestId) => open.get(requestId)?.abort(),
    close: () => server.close(),
  };
}

async function run(tool: Tool, given: Arguments, call: Parameters<Tool['run']>[1]): Promise<ToolAnswer> {
  const args = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  try {
    return await tool.run(args, call);
  } catch (error) {
    return { ok: false, failure: failureFromUnknown(error) };
  }
}

/** Sends the answer on, and remembers whether it went. */
function watched(transport: Transport, told: ToldMessages): Transport {
  const send = transport.send.bind(transport);
  transport.send = async (message, options) => {
    const id = 'id' in message && !('method' in message) ? (message.id ?? null) : null;
    try {
      await send(message, options);
      if (id !== null) told.settle(id, true);
    } catch (error) {
      if (id !== null) told.settle(id, false);
      throw error;
    }
  };
  return transport;
}

/** Claude Code names each call of a tool; the same name again is the same call, sent again. */
function requestIdOfCall(meta: Readonly<Record<string, unknown>> | undefined): string {
  const id = meta?.['claudecode/toolUseId'];
  if (typeof id !== 'string' || id === '') return `mcp_${randomUUID()}`;
  const readable = `mcp_${id}`;
  if (requestIdSchema.safeParse(readable).success) return readable;
  return `mcp_${createHash('sha256').update(id).digest('hex')}`;
}

function resultOf(answer: ToolAnswer): CallToolResult {
  if (!answer.ok) return failed(answer.failure);
  if (answer.exact === true) return { content: [{ type: 'text', text: answer.text }] };
  return {
    content: [{ type: 'text', text: plainText(answer.text) }],
    structuredContent: plainValue(answer.content),
  };
}

/** A refusal is a result, so that the model reads it and can do what it says. */
function failed({ code, message, details }: PortFailure): CallToolResult {
  return {
    isError: true,
    content: [{ type: 'text', text: plainText(`${code}: ${message}`) }],
    _meta: { 'ziggie/failure': plainValue({ code, message, ...(details === undefined ? {} : { details }) }) },
  };
}

const unknownTool = (name: string, served: readonly Tool[]): PortFailure =>
  failureOf(
    'UNKNOWN_ACTION',
    `There is no tool ${JSON.stringify(name.slice(0, 100))}. Use one of ${served.map((tool) => tool.name).join(', ')}.`,
    {
      known: served.map((tool) => tool.name),
    },
  );

/** Tells a client that asked for it that a call still goes on: seconds so far, and what it waits for. */
class Progress {
  readonly #since = performance.now();
  readonly #timer: NodeJS.Timeout | null;
  #text = 'working';

  constructor(
    token: string | number | undefined,
    send: (notification: ServerNotification) => Promise<void>,
    everyMs = progressEveryMs,
  ) {
    const tell = (): void => {
      const progress = Math.round((performance.now() - this.#since) / 10) / 100;
      const params = { progressToken: token ?? '', progress, message: plainText(this.#text) };
      // Nobody hears it any more; the answer itself will say so.
      send({ method: 'notifications/progress', params }).catch(() => undefined);
    };
    this.#timer = token === undefined ? null : setInterval(tell, everyMs);
  }

  note(text: string): void {
    this.#text = text;
  }

  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }
}
