/**
 * How an agent's Claude Code finds the coordinator's tools. The token is taken from the agent's environment when it starts,
 * so that it is neither in this file nor on a command line.
 */
export function claudeMcpConfig(url: string): string {
  const ziggie = {
    type: 'http',
    url: `${url}/mcp`,
    headers: { Authorization: 'Bearer ${ZIGGIE_TOKEN}' },
    // There from the first turn on, not only after a search for tools; the start waits for the connection.
    alwaysLoad: true,
  };
  return `${JSON.stringify({ mcpServers: { ziggie } }, null, 2)}\n`;
}

/** How long the start waits for the connection: a machine that starts many agents at once is slow. */
export const mcpConnectTimeoutMs = 30_000;
