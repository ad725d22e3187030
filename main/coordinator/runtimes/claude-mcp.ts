import type { Program } from './runtime.ts';

/**
 * How an agent's Claude Code finds the coordinator's tools. The token is taken from the agent's environment when it starts,
 * so that it is neither in this file nor on a command line.
 */
export function claudeMcpConfig(url: string, approvals: Program | null = null): string {
  const ziggie = {
    type: 'http',
    url: `${url}/mcp`,
    headers: { Authorization: 'Bearer ${ZIGGIE_TOKEN}' },
    // There from the first turn on, not only after a search for tools; the start waits for the connection.
    alwaysLoad: true,
  };
  const mcpServers = approvals === null ? { ziggie } : { ziggie, [approvalServer]: approvalsBy(approvals) };
  return `${JSON.stringify({ mcpServers }, null, 2)}\n`;
}

/** A server of its own, and a process: over HTTP a question would be lost with the coordinator that it was put to. */
const approvalServer = 'ziggie_approvals';
export const approvalTool = `mcp__${approvalServer}__permission_prompt`;

const approvalsBy = ({ file, leadingArgs, env }: Program) => ({
  command: file,
  args: [...leadingArgs, 'mcp', '--approvals'],
  env,
  alwaysLoad: true,
});

/** How long the start waits for the connection: a machine that starts many agents at once is slow. */
export const mcpConnectTimeoutMs = 30_000;
