/** Everything known of one agent, for reading. Pure. */
import type { ReportProblem, Tokens } from '../../../protocol/agent.ts';
import type { AgentRecord } from '../../../protocol/record.ts';
import { balanceLines } from './balance-view.ts';
import { budgetLines } from './budget-view.ts';
import { formatDuration } from './duration.ts';
import { hasEnded, secondsOf } from './life.ts';
import type { Paint } from './paint.ts';
import { plain } from './plain.ts';

type Line = readonly [label: string, value: string | null];

/** Sections of `label  value` lines; what is unknown is left out. Ends with a line break. */
export function recordView(record: AgentRecord, paint: Paint, now: number): string {
  const title = [record.agent_id, record.agent_type, record.name === null ? '' : `"${plain(record.name)}"`];
  const parts = [
    paint.bold(title.filter((part) => part !== '').join('  ')),
    section('Life', lifeLines(record, paint), paint),
    section('Times', timeLines(record, now), paint),
    section('Usage', usageLines(record), paint),
    section('Balance', balanceLines(record, paint), paint),
    section('Budget', budgetLines(record), paint),
    section('Report', reportLines(record, paint), paint),
    section('Files', fileLines(record), paint),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function section(title: string, lines: readonly Line[], paint: Paint): string {
  const known = lines.flatMap(([label, value]) => (value === null || value === '' ? [] : [[label, value] as const]));
  if (known.length === 0) return '';
  return [paint.bold(title), ...known.map(([label, value]) => `  ${label.padEnd(14)}${value}`)].join('\n');
}

const whole = (value: number | null): string | null => (value === null ? null : String(value));

function lifeLines(record: AgentRecord, paint: Paint): Line[] {
  const { evidence, survivors } = record;
  const group = record.group === null ? null : `${plain(record.group.id)}${sizeOf(record.group.size)}`;
  return [
    ['status', paint.status(record)],
    ['reason', plain(record.status_reason)],
    ['evidence', `${plain(evidence.source)}, at ${evidence.at}`],
    ['parent', record.parent_agent ?? 'none (the operator)'],
    ['children', record.children.join(', ')],
    ['group', group],
    ['runtime', record.model === null ? record.runtime : `${record.runtime} (${plain(record.model)})`],
    ['priority', String(record.priority)],
    ['pid', whole(record.pid)],
    ['attempt', record.attempt === 0 ? null : String(record.attempt)],
    ['exit code', whole(record.exit_code)],
    ['signal', record.signal],
    ['stopped by', record.stop_steps.join(', then ')],
    ['survivors', survivors.length === 0 ? null : paint.red(`still alive: ${survivors.join(', ')}`)],
    ['left behind', record.reaped === 0 ? null : `${record.reaped} ended with it`],
    ['request', record.request_id],
  ];
}

const sizeOf = (size: number | null): string => (size === null ? '' : ` of ${size}`);

function timeLines(record: AgentRecord, now: number): Line[] {
  const seconds = secondsOf(record, now);
  const label = record.started_at === null && !hasEnded(record) ? 'waiting' : 'running time';
  return [
    ['accepted', record.queued_at],
    ['started', record.started_at],
    ['ended', record.completed_at],
    [label, seconds === null ? null : formatDuration(seconds)],
  ];
}

function usageLines(record: AgentRecord): Line[] {
  const { cost_usd, cpu_percent, memory_mb, memory_mb_peak } = record;
  return [
    ['activity', record.activity === null ? null : plain(record.activity)],
    ['cost', cost_usd === null ? null : `$${cost_usd.toFixed(4)}`],
    ['tokens', record.tokens === null ? null : tokensLine(record.tokens)],
    ['session', record.session_id === null ? null : plain(record.session_id)],
    ['cpu', cpu_percent === null ? null : `${cpu_percent.toFixed(1)} % of one core`],
    ['memory', memory_mb === null ? null : `${memory_mb.toFixed(1)} MB`],
    ['memory peak', memory_mb_peak === null ? null : `${memory_mb_peak.toFixed(1)} MB`],
  ];
}

const tokensLine = ({ input, output, cache_read, cache_write }: Tokens): string =>
  `${input} in, ${output} out, ${cache_read} read from cache, ${cache_write} written to it`;

function reportLines(record: AgentRecord, paint: Paint): Line[] {
  const state = record.completion_report_exists ? 'written' : hasEnded(record) ? 'none' : 'not yet';
  return [
    ['state', state],
    ...(record.unproven
      ? [['unproven', paint.red('it claims success, and nothing shows that it worked')] satisfies Line]
      : []),
    ...record.report_problems.map((problem): Line => ['problem', paint.red(problemLine(problem))]),
  ];
}

const problemLine = ({ code, message, line }: ReportProblem): string =>
  `${line === null ? '' : `line ${line}: `}${plain(message)} (${code})`;

function fileLines(record: AgentRecord): Line[] {
  return [
    ['log', record.log_file],
    ['prompt', record.prompt_file],
    ['report', record.completion_report],
  ];
}
