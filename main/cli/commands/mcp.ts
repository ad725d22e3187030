/** `ziggie mcp`: the coordinator's tools over standard input and output, for any MCP client. */
import { once } from 'node:events';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { Command } from 'commander';
import { createToolServer } from '../../mcp/tool-server.ts';
import { permissionPrompt } from '../../mcp/tools/permission-prompt.ts';
import { version } from '../../version.ts';
import type { Context, Run } from '../context.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { httpPort } from '../mcp-port.ts';

interface McpOptions {
  readonly approvals?: boolean;
}

export function addMcp(program: Command, run: Run): void {
  program
    .command('mcp')
    .description('Serve the tools for agents (MCP) over standard input and output.')
    .option('--approvals', 'serve only permission_prompt, by which Claude Code asks the operator')
    .addHelpText('after', mcpHelp)
    .action(run((context, options: McpOptions) => serveTools(context, options)));
}

const mcpHelp = `
For MCP clients that start their servers as commands. Standard output carries nothing but the protocol. It ends when its
input ends. A coordinator that is not there, or starts later, is said in the answer of each tool.

Example:
  claude mcp add ziggie -- ziggie mcp
`;

async function serveTools(context: Context, { approvals }: McpOptions): Promise<ExitCode> {
  const { stdin, stdout, gone } = context.io;
  const port = httpPort(context);
  const server = createToolServer(
    approvals === true ? { port, version, tools: [permissionPrompt] } : { port, version },
  );
  const transport = new StdioServerTransport(stdin, stdout);
  const closed = new Promise<void>((resolve) => (transport.onclose = resolve));
  const ended = Promise.race([once(stdin, 'end'), once(stdin, 'close')]);
  const left = new Promise<void>((resolve) => gone.addEventListener('abort', () => resolve(), { once: true }));
  await server.connect(transport);
  await Promise.race([ended, closed, left]);
  // Calls that go on are given up: nobody is there to hear their answers.
  await server.close();
  stdin.destroy();
  return exitCodes.ok;
}
