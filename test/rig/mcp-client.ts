/** MCP clients as an agent CLI has them, over both ways in, with the SDK's own client. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { CallToolResultSchema, type Progress } from '@modelcontextprotocol/sdk/types.js';
import { ziggieCommand } from './ziggie-command.ts';

export interface ToolResult {
  readonly text: string;
  /** Of a refusal: the code that its text begins with. */
  readonly code: string | null;
  readonly content: Record<string, unknown>;
  readonly meta: Record<string, unknown>;
}

export interface CallOptions {
  readonly onprogress?: (progress: Progress) => void;
  /** As Claude Code names its calls. */
  readonly toolUseId?: string;
  readonly signal?: AbortSignal;
}

export interface McpClient {
  readonly client: Client;
  call(tool: string, args?: Record<string, unknown>, options?: CallOptions): Promise<ToolResult>;
  close(): Promise<void>;
}

export async function mcpOverHttp(url: string, token: string): Promise<McpClient> {
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  });
  const client = newClient();
  // The SDK's class declares what may be undefined, and its interface does not.
  await client.connect(transport as Parameters<Client['connect']>[0]);
  return wrap(client);
}

export async function mcpOverStdio(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<McpClient> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [ziggieCommand, 'mcp', ...args],
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  const client = newClient();
  await client.connect(transport);
  return wrap(client);
}

const newClient = (): Client => new Client({ name: 'test', version: '1' });

function wrap(client: Client): McpClient {
  return {
    client,
    close: () => client.close(),
    call: async (tool, args = {}, { onprogress, toolUseId, signal } = {}) => {
      const params = {
        name: tool,
        arguments: args,
        ...(toolUseId === undefined ? {} : { _meta: { 'claudecode/toolUseId': toolUseId } }),
      };
      const result = await client.request({ method: 'tools/call', params }, CallToolResultSchema, {
        timeout: 120_000,
        ...(onprogress === undefined ? {} : { onprogress }),
        ...(signal === undefined ? {} : { signal }),
      });
      const text = result.content.map((block) => (block.type === 'text' ? block.text : '')).join('\n');
      const code = result.isError === true ? (/^([A-Z_]+): /.exec(text)?.[1] ?? '?') : null;
      return { text, code, content: result.structuredContent ?? {}, meta: result._meta ?? {} };
    },
  };
}
