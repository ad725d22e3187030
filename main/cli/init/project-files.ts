/** What `ziggie init` would write into a project: pure, so that it can be shown before anything is done. */
import { parseStrictJson } from '../../../protocol/strict-json.ts';
import { type CliResult, usage } from '../failure.ts';

export interface Server {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** This very script as a server. Where our program is Electron it must be told to be plain Node, or it would open the desktop. */
export const ownServer = (program: string, script: string, isElectron: boolean): Server => ({
  command: program,
  args: [script, 'mcp'],
  ...(isElectron && { env: { ELECTRON_RUN_AS_NODE: '1' } }),
});

/** The text of `.mcp.json` with our entry in it; everything else stays. `before` null: there is no such file. */
export function withServer(before: string | null, server: Server, file: string): CliResult<string> {
  const parsed = before === null || before.trim() === '' ? null : parseStrictJson(before.replace(/^\uFEFF/, ''));
  if (parsed !== null && !parsed.ok)
    return usage(`${file} is not valid JSON (${parsed.failure.message}) Mend it first; it was not touched.`);
  const root = parsed === null ? {} : parsed.value;
  if (!isObject(root)) return usage(`${file} must hold a JSON object. Mend it first; it was not touched.`);
  const servers = root['mcpServers'] ?? {};
  if (!isObject(servers)) return usage(`mcpServers in ${file} must be an object. Mend it first; it was not touched.`);
  const whole = { ...root, mcpServers: { ...servers, ziggie: server } };
  return { ok: true, value: `${JSON.stringify(whole, null, 2)}\n` };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const begin = '<!-- ziggie:begin -->';
const end = '<!-- ziggie:end -->';

/** The instructions file with our section in it: replaced where it was, at the end where it was not. */
export function withInstructions(before: string | null, instructions: string): string {
  const section = `${begin}\n${instructions.trim()}\n${end}`;
  if (before === null || before.trim() === '') return `${section}\n`;
  const from = before.indexOf(begin);
  const to = before.indexOf(end, from);
  if (from !== -1 && to !== -1) return `${before.slice(0, from)}${section}${before.slice(to + end.length)}`;
  return `${before.trimEnd()}\n\n${section}\n`;
}

export const agentInstructions = `## Deploying sub-agents with Ziggie

You can deploy agents of your own through the \`ziggie\` tools (MCP). Each runs as a process of its own that is watched,
limited and accounted for, and a person sees the whole tree.

- \`deploy_agent\` starts one agent; \`deploy_agents\` several, all or none. Give each a complete task: it knows nothing of
  your conversation. Use \`plan_workload\` first when work is divided among three or more.
- \`wait_for_agents\` returns when agents have ended. Do not poll.
- Read what each did in its completion report; \`agent_status\` and \`read_agent_log\` tell more. \`stop_agent\` ends a branch.
- When your own task is done, hand in your report with \`submit_report\`: Summary, Work completed, Results, Issues, Time.

Without the tools, the \`ziggie\` command does the same: \`ziggie deploy\`, \`ziggie wait\`, \`ziggie report\`.`;
