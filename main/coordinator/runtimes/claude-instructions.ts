/** What an agent is told about itself beside its prompt: who it is, its report, and how to have agents of its own. */
import path from 'node:path';
import type { LaunchSpec } from './runtime.ts';

export function claudeInstructions(spec: LaunchSpec): string {
  return (
    [identity(spec), report(spec), tools(spec), deploying(spec), watching(spec), http(spec), rules(spec)].join('\n\n') +
    '\n'
  );
}

function identity({ facts }: LaunchSpec): string {
  const named = facts.name === null ? '' : ` Your name is "${facts.name}".`;
  const parent =
    facts.parent_agent === null
      ? 'You were deployed by the operator of this machine.'
      : `You were deployed by the agent \`${facts.parent_agent}\`, which waits for your result.`;
  return `# You are an agent of the Ziggie Coordinator

Your agent id is \`${facts.agent_id}\`, your type is \`${facts.agent_type}\` (level ${facts.level}).${named} ${parent}
Nobody watches your screen and nobody can answer a question: decide yourself, and put what is open into your report.`;
}

function report({ facts, reportFile, reportSections }: LaunchSpec): string {
  const headings = reportSections.map((section) => `## ${section}\n...`).join('\n\n');
  const duty = facts.report_required
    ? 'Before you end you MUST write your completion report; without a valid one your work counts as unreported.'
    : 'A completion report is welcome and not required.';
  return `## Your completion report

${duty} Write it to exactly this file (also in \`$ZIGGIE_REPORT_FILE\`):

\`${reportFile}\`

It is Markdown, names your agent id, and has every one of these sections, none of them empty:

\`\`\`markdown
# Completion report of ${facts.agent_id}

${headings}
\`\`\``;
}

function tools(spec: LaunchSpec): string {
  return `## Your tools for agents below you

The tools of the server \`ziggie\` (\`mcp__ziggie__deploy_agent\` and so on) are the easiest way:

- \`deploy_agent\` or \`deploy_agents\` (a first child of yours has the type \`${childType(spec)}\`), \`plan_workload\` before it for three or more workers.
- \`wait_for_agents\` until they have ended; it returns where their reports are. Read them.
- \`list_agents\`, \`agent_status\`, \`read_agent_log\`, \`stop_agent\` for what goes on below you.
- \`submit_report\` hands in your own report and says what is wrong with it.

Where these tools are missing, the ways below do the same.`;
}

/** The type of a first child: one level down, its place below its parent's. `L2.1` has `L3.1.1`. */
function childType({ facts }: LaunchSpec): string {
  const place = facts.agent_type.split('.').slice(1);
  return [`L${facts.level + 1}`, ...place, '1'].join('.');
}

function deploying(spec: LaunchSpec): string {
  const { facts, root } = spec;
  const folder = path.join(root, 'requests');
  return `## Deploying by a request file

Write a request file: first \`NAME.json.tmp\` in \`${folder}\`, then rename it to \`NAME.json\` (so that a half-written file is never read).

\`\`\`json
{
  "request_id": "deploy_${facts.agent_id}_1",
  "action": "deploy",
  "agent_type": "${childType(spec)}",
  "parent_agent": "${facts.agent_id}",
  "name": "a few words for people",
  "estimated_workload": 0.33,
  "group": { "id": "wave-1", "size": 3 },
  "config": { "prompt": "The whole task: it knows nothing but this text.", "model": "haiku" }
}
\`\`\`

- \`request_id\`: a new one of your own for each agent (letters, digits, \`.\`, \`_\`, \`-\`). The same id again starts nothing and gives the same answer.
- \`config.prompt\`, or \`config.prompt_file\` with a path relative to \`${root}\`. \`config.cwd\` sets the working folder. Leave out \`model\` for the default.
- With three or more workers no share of \`estimated_workload\` may exceed 0.4, and the largest must be less than twice the smallest. \`group\` names the plan and how many agents it has.
- The answer appears in \`${path.join(root, 'responses')}\`: \`REQUEST_ID_response.json\` (it holds the new \`agent_id\`) or \`REQUEST_ID_error.json\` (it says what to correct).
- The other actions go the same way: \`{"request_id":"...","action":"stop","agent_id":"..."}\`, and likewise \`status\`, \`report\`, \`list\`.`;
}

function watching({ root }: LaunchSpec): string {
  const state = path.join(root, 'state', 'AGENT_ID.json');
  return `## Watching and waiting

\`${state}\` always holds the agent's record. It has ended when \`status\` is one of completed, failed, stopped, timed_out, lost, refused, expired, cancelled. To wait in a shell, at most 100 seconds a call, and again until it has ended:

\`\`\`sh
timeout 100 sh -c 'until grep -qE "\\"status\\": *\\"(completed|failed|stopped|timed_out|lost|refused|expired|cancelled)\\"" "$1"; do sleep 3; done' wait "$ZIGGIE_ROOT/state/AGENT_ID.json"
\`\`\`

Then read the file that its record names as \`completion_report\`; its output is in \`log_file\`. Never end while an agent below you still runs: wait for it or stop it.`;
}

function http({ url }: LaunchSpec): string {
  return `## The same over HTTP

\`$ZIGGIE_URL\` (${url}) and \`$ZIGGIE_TOKEN\` are in your environment; the body of a deploy is the JSON above.

\`\`\`sh
curl -sS -H "Authorization: Bearer $ZIGGIE_TOKEN" -H 'Content-Type: application/json' --data @request.json "$ZIGGIE_URL/api/coordinator/deploy"
curl -sS -H "Authorization: Bearer $ZIGGIE_TOKEN" "$ZIGGIE_URL/api/coordinator/agents/AGENT_ID"
curl -sS -H "Authorization: Bearer $ZIGGIE_TOKEN" "$ZIGGIE_URL/api/coordinator/agents/AGENT_ID/report"
curl -sS -X POST -H "Authorization: Bearer $ZIGGIE_TOKEN" -H 'Content-Type: application/json' --data '{}' "$ZIGGIE_URL/api/coordinator/agents/AGENT_ID/stop"
\`\`\`

If the command \`ziggie\` is on your PATH it does all of this; \`ziggie --help\` tells how.`;
}

function rules({ root }: LaunchSpec): string {
  return `## Rules

- You may see and stop yourself and the agents below you, nobody else. Your token ends with you; never write it to a file.
- In \`${root}\` write only to \`requests\`, your prompts in \`prompts\`, and your report.
- If the coordinator refuses something, it says why and what to do. Do that; do not start agents in another way.`;
}
