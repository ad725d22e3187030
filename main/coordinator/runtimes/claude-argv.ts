/**
 * The arguments of one unattended Claude Code run. The prompt is its standard input, never an argument. Options that take
 * lists are written with `=` and every list is one value, so that none of them can swallow what comes after.
 */
import type { AgentFacts } from '../../../protocol/agent.ts';
import { approvalTool } from './claude-mcp.ts';

export interface ClaudeCall {
  readonly facts: Pick<AgentFacts, 'model' | 'max_turns' | 'max_cost_usd'>;
  /** A fresh UUID v4: an id that was used before in the same folder is refused. */
  readonly sessionId: string;
  readonly instructionsFile: string;
  /** Names the coordinator's own tools and no secret. */
  readonly mcpConfigFile: string;
  /** Claude Code refuses to bypass permissions for the superuser; the tools are then allowed by name. */
  readonly isRoot: boolean;
  /** Set where what the agent may not do by itself is asked of the operator: the one file that it may write unasked. */
  readonly asks?: { readonly reportFile: string };
  /** The administrator's own arguments, last, so that they win over ours. */
  readonly extraArgs: readonly string[];
}

/**
 * What would start agents or schedules outside the coordinator's sight and limits, move the agent to another folder, or let
 * it talk to sessions that are not below it. Names that a release does not have are ignored.
 */
const disallowedTools = [
  'Agent',
  'Workflow',
  'CronCreate',
  'CronDelete',
  'CronList',
  'ScheduleWakeup',
  'EnterWorktree',
  'ExitWorktree',
  'ListAgents',
  'SendMessage',
];

/** Everything an agent needs to work and to write its report outside its working folder. PowerShell is Windows without Git Bash. */
const allowedTools = [
  'Bash',
  'PowerShell',
  'Read',
  'Edit',
  'Write',
  'NotebookEdit',
  'Glob',
  'Grep',
  'WebFetch',
  'WebSearch',
  'Skill',
  'ToolSearch',
  'TodoWrite',
  'TaskCreate',
  'TaskGet',
  'TaskList',
  'TaskUpdate',
  'TaskOutput',
  'TaskStop',
  'Monitor',
];

/** All tools of the server that `claudeMcpConfig` names. */
const coordinatorTools = 'mcp__ziggie';

export function claudeArgs({
  facts,
  sessionId,
  instructionsFile,
  mcpConfigFile,
  isRoot,
  asks,
  extraArgs,
}: ClaudeCall): string[] {
  return [
    '-p',
    ...['--output-format', 'stream-json', '--verbose'],
    ...['--session-id', sessionId],
    ...(facts.model === null ? [] : [`--model=${facts.model}`]),
    ...(asks === undefined ? permissionArgs(isRoot) : askingArgs(asks.reportFile)),
    `--disallowedTools=${disallowedTools.join(',')}`,
    // Only these servers: what a person or a project has set up for their own sessions is not started in each agent.
    ...['--strict-mcp-config', `--mcp-config=${mcpConfigFile}`],
    ...['--append-system-prompt-file', instructionsFile],
    ...(facts.max_turns > 0 ? ['--max-turns', String(facts.max_turns)] : []),
    ...(facts.max_cost_usd > 0 ? ['--max-budget-usd', String(facts.max_cost_usd)] : []),
    ...extraArgs,
  ];
}

/**
 * Files of its working folder it changes by itself, and its report; the rest is asked of the operator. Not bypassPermissions,
 * under which nothing is ever asked.
 */
function askingArgs(reportFile: string): string[] {
  // Two slashes: an absolute path. A rule for edits is one for writes, too.
  const report = `Edit(/${reportFile.replaceAll('\\', '/').replace(/^([A-Za-z]):/, '/$1')})`;
  return [
    ...['--permission-mode', 'acceptEdits', `--permission-prompt-tool=${approvalTool}`],
    `--allowedTools=${coordinatorTools}`,
    `--settings=${JSON.stringify({ permissions: { allow: [report] } })}`,
  ];
}

function permissionArgs(isRoot: boolean): string[] {
  // Without need where nothing asks; the administrator's own arguments may choose another mode.
  if (!isRoot) return ['--permission-mode', 'bypassPermissions', `--allowedTools=${coordinatorTools}`];
  return ['--permission-mode', 'dontAsk', `--allowedTools=${[...allowedTools, coordinatorTools].join(',')}`];
}
