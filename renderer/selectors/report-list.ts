/** Every report that somebody may ask about, by what is to be said of it. */
import type { Agent } from '../../protocol/agent.ts';
import { agentsInOrder, type Fleet } from '../../protocol/fleet.ts';
import { placeWords } from './agent-path.ts';
import { agentTitle } from './tree-rows.ts';

export const verdicts = ['missing', 'problems', 'unproven', 'due', 'good', 'unasked'] as const;
export type Verdict = (typeof verdicts)[number];

export const verdictWords: Readonly<Record<Verdict, string>> = {
  missing: 'Missing',
  problems: 'With problems',
  unproven: 'Unproven success',
  due: 'Due: still at work',
  good: 'In and good',
  unasked: 'In, though not asked for',
};

export interface ReportRow {
  readonly id: string;
  readonly type: string;
  readonly title: string;
  /** Whom it is below: of many workers some have the same name. */
  readonly place: string;
  readonly verdict: Verdict;
  /** "2 problems", "ended 4 min ago"; '' where the group says all. */
  readonly detail: string;
  /** ISO 8601; null: it has not ended. */
  readonly endedAt: string | null;
}

export interface ReportGroup {
  readonly verdict: Verdict;
  readonly rows: readonly ReportRow[];
}

/** null: it owes none and has none. */
export function verdictOf(agent: Agent): Verdict | null {
  const { life, facts } = agent;
  if (life.status === 'never_began') return null;
  if (life.status !== 'ended') return facts.report_required ? 'due' : null;
  const { report_problems, report_exists, unproven } = life.ending;
  if (facts.report_required && report_problems.some(({ code }) => code === 'missing')) return 'missing';
  if (facts.report_required && report_problems.length > 0) return 'problems';
  if (unproven === true) return 'unproven';
  if (facts.report_required) return 'good';
  return report_exists ? 'unasked' : null;
}

/** Groups that have anybody, the newest end first. `text`: words that must be in a name, type or id. */
export function reportGroups(fleet: Fleet, text: string): readonly ReportGroup[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const rows = agentsInOrder(fleet).flatMap((agent) => rowOf(fleet, agent) ?? []);
  const meant = rows.filter(({ id, type, title, place }) =>
    words.every((word) => `${id} ${type} ${title} ${place}`.toLowerCase().includes(word)),
  );
  return verdicts
    .map((verdict) => ({ verdict, rows: meant.filter((row) => row.verdict === verdict).sort(byEnd) }))
    .filter((group) => group.rows.length > 0);
}

function rowOf(fleet: Fleet, agent: Agent): ReportRow | null {
  const verdict = verdictOf(agent);
  if (verdict === null) return null;
  const { agent_id, agent_type } = agent.facts;
  const ending = agent.life.status === 'ended' ? agent.life.ending : null;
  const problems = ending?.report_problems.length ?? 0;
  return {
    id: agent_id,
    type: agent_type,
    title: agentTitle(agent),
    place: placeWords(fleet, agent_id),
    verdict,
    detail: verdict === 'problems' ? `${problems} ${problems === 1 ? 'problem' : 'problems'}` : '',
    endedAt: ending?.completed_at ?? null,
  };
}

/** What has not ended stays in the order in which it was accepted. */
const byEnd = ({ endedAt: a }: ReportRow, { endedAt: b }: ReportRow): number => {
  if (a === b) return 0;
  return (a ?? '') < (b ?? '') ? 1 : -1;
};
