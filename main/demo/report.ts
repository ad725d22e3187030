/** The demo agent's completion report, with the sections that the coordinator asks for. */
import type { AgentRecord } from '../../protocol/record.ts';

export interface ReportFacts {
  readonly agentId: string;
  readonly agentType: string;
  readonly sections: readonly string[];
  readonly text: string;
  readonly children: readonly AgentRecord[];
  readonly seconds: number;
  readonly problems: readonly string[];
}

export function writeReport(facts: ReportFacts): string {
  const known: Readonly<Record<string, string>> = {
    summary: facts.text,
    'work completed':
      facts.children.length === 0 ? facts.text : `${facts.text}\n\n${facts.children.map(childLine).join('\n')}`,
    results:
      facts.problems.length === 0 ? 'Everything asked for was done.' : 'Not everything asked for was done, see Issues.',
    issues: facts.problems.length === 0 ? 'None.' : facts.problems.map((problem) => `- ${problem}`).join('\n'),
    time: `${facts.seconds.toFixed(1)} s`,
  };
  const sections = facts.sections.map((title) => `## ${title}\n\n${known[title.toLowerCase()] ?? facts.text}\n`);
  return [`# Completion report\n`, `Agent: ${facts.agentId} (${facts.agentType})\n`, ...sections].join('\n');
}

const childLine = ({ agent_type, agent_id, status, name }: AgentRecord): string =>
  `- ${agent_type} ${name ?? ''} (${agent_id}): ${status}`;
