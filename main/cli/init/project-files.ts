/** What `ziggie init` would write into a project: nothing is read or written here, so that it can be shown before anything is done. */
import { posix, win32 } from 'node:path';
import { parseStrictJson } from '../../../protocol/strict-json.ts';
import { type CliResult, usage } from '../failure.ts';

export interface Server {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The `ziggie` command that is running. */
export interface OwnCommand {
  /** `process.execPath`. */
  readonly program: string;
  /** `process.argv[1]`. */
  readonly script: string;
  /** `process.versions`: with `electron` where it runs inside the desktop program. */
  readonly versions: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  /** A `ziggie` is found on PATH. */
  readonly isOnPath: boolean;
}

/**
 * What an agent CLI is to start. The bare name where it is on PATH, so that the file serves everybody who has it; else this very
 * script, and where our program is Electron it is told to be plain Node, or it would open the desktop. On Windows never the bare
 * name: there it is `ziggie.cmd`, which only a shell can start, and agent CLIs start their servers without one.
 */
export function serverOf({ program, script, versions, platform, isOnPath }: OwnCommand): Server {
  if (isOnPath && platform !== 'win32') return { command: 'ziggie', args: ['mcp'] };
  const { resolve } = platform === 'win32' ? win32 : posix;
  return {
    command: resolve(program),
    args: [resolve(script), 'mcp'],
    ...(versions['electron'] !== undefined && { env: { ELECTRON_RUN_AS_NODE: '1' } }),
  };
}

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
