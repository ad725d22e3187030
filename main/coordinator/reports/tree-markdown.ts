/** The combined report of a tree as Markdown: the verdict first, then who did what, then what is not right. Pure. */
import { criteria } from '../../../protocol/compliance.ts';
import type { TreeReport, TreeReportRow } from '../../../protocol/tree-report.ts';
import { openFor } from './open-for.ts';
import { clock, count, duration, money, percent, tokenCount } from './tree-words.ts';

export function treeReportMarkdown(report: Omit<TreeReport, 'markdown'>): string {
  const [top, ...below] = report.agents;
  if (top === undefined) return '';
  return [
    `# Final report: ${titleOf(top)}`,
    verdict(report, top),
    summary(report),
    section('Who worked for whom', report.agents.map(treeLine).join('\n')),
    section('Times and costs', table(report.agents)),
    section('Completion reports', reportsText(report)),
    below.length === 0 ? '' : openText(report, top),
    section('Protocol v1.2', scoreText(report.compliance)),
    `Made ${clock(report.generated_at)} UTC. Times are of the last attempt of each agent; a dash is unknown.`,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}

function verdict({ reports, gate, totals, agents }: Omit<TreeReport, 'markdown'>, top: TreeReportRow): string {
  if (!reports.complete && gate.complete) {
    const why = openFor(top);
    return `**Not complete.** All below ${titleOf(top)} is done; it alone is open: it ${text(why ?? '')}.`;
  }
  if (!reports.complete) {
    const open = gate.open.length;
    return `**Not complete.** ${count(open, 'agent')} below the top ${open === 1 ? 'is' : 'are'} still open; see "What is open".`;
  }
  const ended = totals.agents === 1 ? 'The agent has ended' : `All ${count(totals.agents, 'agent')} have ended`;
  const owed =
    reports.required === 0
      ? 'no report was required'
      : `${reports.required === 1 ? 'the required report is' : `all ${reports.required} required reports are`} in, without problems`;
  const others = agents.filter(({ status }) => status !== null && status !== 'completed').length;
  const but =
    others === 0 ? '' : ` **But ${count(others, 'agent')} did not complete the task;** see "Who worked for whom".`;
  return `**Complete.** ${ended}; ${owed}.${but}`;
}

function summary({ totals, reports, agents }: Omit<TreeReport, 'markdown'>): string {
  const statuses = Object.entries(totals.by_status).map(([status, many]) => `${many} ${status}`);
  const unknown = totals.cost_unknown > 0 && totals.cost_usd !== null ? ` (${totals.cost_unknown} told no cost)` : '';
  return [
    `- Agents: ${totals.agents} (${statuses.join(', ')})`,
    `- Reports: ${reports.in} of ${reports.required} in, ${reports.missing} missing, ${reports.with_problems} with problems`,
    `- Time from first order to ${totals.ended === totals.agents ? 'last end' : 'now'}: ${duration(totals.elapsed_seconds)}; work of all together: ${duration(totals.execution_seconds)}; waited for a slot: ${duration(totals.queue_seconds)}`,
    ...balanceLines(agents),
    `- Tokens: ${tokenCount(totals.tokens)}; cost: ${money(totals.cost_usd)}${unknown}`,
  ].join('\n');
}

function scoreText({ score, is_final, points }: TreeReport['compliance']): string {
  const total = score === null ? 'Nothing is scored yet.' : `**${score} of 100**${is_final ? '' : ', not final yet'}.`;
  const lines = criteria.map((criterion) => {
    const { points: reached, of, fact } = points[criterion];
    return `- ${criterion}: ${reached === null || of === 0 ? '–' : `${reached} of ${of}`}, ${text(fact)}`;
  });
  return [total, '', ...lines].join('\n');
}

/** One line for each group of which a score is known. */
function balanceLines(rows: readonly TreeReportRow[]): string[] {
  const groups = new Map<string, TreeReportRow[]>();
  for (const row of rows) {
    if (row.load_balance_score === null || row.depth === 0) continue;
    const key = JSON.stringify([row.parent_agent, row.group]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    if (first === undefined) return [];
    const parent = rows.find(({ agent_id }) => agent_id === first.parent_agent);
    const below = parent === undefined ? '' : ` below ${titleOf(parent)}`;
    const largest = Math.max(...members.map(({ estimated_share }) => estimated_share ?? 0));
    const score = Math.round(first.load_balance_score ?? 0);
    return `- Balance of ${count(members.length, 'agent')}${below} (${text(first.group ?? '')}): score ${score} of 100, largest planned share ${percent(largest)}`;
  });
}

const treeLine = (row: TreeReportRow): string =>
  `${'  '.repeat(row.depth)}- **${titleOf(row)}**${row.name === null || row.status === null ? '' : ` \`${row.agent_id}\``}: ${outcome(row)}`;

function outcome({ status, status_reason, unproven }: TreeReportRow): string {
  if (status === null) return status_reason;
  const why = status_reason === '' || status_reason === 'done' ? '' : ` (${text(status_reason)})`;
  return `${status}${why}${unproven ? ', **unproven**: it claims success and nothing shows that it worked' : ''}`;
}

function table(rows: readonly TreeReportRow[]): string {
  const ours = rows.filter(({ status }) => status !== null);
  if (ours.length === 0) return 'No agent of this tree was started here.';
  return [
    '| Agent | Started (UTC) | Waited | Worked | Planned share | Measured share | Tokens | Cost |',
    '|---|---|--:|--:|--:|--:|--:|--:|',
    ...ours.map((row) =>
      [
        '',
        `${'· '.repeat(row.depth)}${titleOf(row)}`,
        row.started_at === null ? '–' : clock(row.started_at),
        duration(row.queue_seconds),
        `${duration(row.execution_seconds)}${row.completed_at === null && row.execution_seconds !== null ? ' so far' : ''}`,
        isAlone(row, ours) ? 'alone' : percent(row.estimated_share),
        isAlone(row, ours) ? 'alone' : percent(row.measured_share),
        tokenCount(row.tokens),
        money(row.cost_usd),
        '',
      ]
        .join(' | ')
        .trim(),
    ),
  ].join('\n');
}

/** A share of one is always all. */
const isAlone = ({ depth, parent_agent, group }: TreeReportRow, rows: readonly TreeReportRow[]): boolean =>
  depth > 0 &&
  rows.filter((other) => other.depth > 0 && other.parent_agent === parent_agent && other.group === group).length === 1;

const stateWords: Readonly<Record<TreeReportRow['report']['state'], string>> = {
  in: 'in',
  problems: 'in, with problems',
  missing: '**missing**',
  due: 'not due yet',
  not_required: 'none required',
  never_began: 'none: it never began',
};

function reportsText({ agents }: Omit<TreeReport, 'markdown'>): string {
  return agents
    .filter(({ status }) => status !== null)
    .map((row) => {
      const { state, problems, path, summary: said } = row.report;
      const where = (state === 'in' || state === 'problems') && path !== null ? ` (\`${path}\`)` : '';
      const lines = problems
        .filter(({ code }) => code !== 'missing')
        .toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0))
        .map(({ line, message }) => `\n  - ${line === null ? '' : `line ${line}: `}${text(message)}`);
      const words = said === null ? '' : `\n  - Summary: ${text(said)}`;
      return `- **${titleOf(row)}**: ${stateWords[state]}${where}${words}${lines.join('')}`;
    })
    .join('\n');
}

function openText({ gate, agents }: Omit<TreeReport, 'markdown'>, top: TreeReportRow): string {
  if (gate.open.length === 0) return '';
  const titles = new Map(agents.map((row) => [row.agent_id, titleOf(row)]));
  const lines = gate.open.map(({ agent_id, why }) => `- ${titles.get(agent_id) ?? agent_id}: ${text(why)}`);
  return section('What is open', `${titleOf(top)} is not done until these are:\n\n${lines.join('\n')}`);
}

const titleOf = ({ name, agent_id, agent_type, status }: TreeReportRow): string => {
  if (status === null) return `${text(agent_id)} (outside)`;
  return `${text(name ?? agent_id)}${agent_type === null ? '' : ` (${text(agent_type)})`}`;
};

const section = (title: string, body: string): string => `## ${title}\n\n${body}`;

/** What agents wrote becomes one line of plain text: it can make no heading, table cell, link or HTML of its own. */
const text = (given: string): string =>
  given.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*[\]<>|#~&!]|(?<!\w)_|_(?!\w)/g, (mark) => `\\${mark}`);
