import type { ReactNode } from 'react';
import { type Agent, isEnded } from '../../../protocol/agent.ts';
import { clockTime } from '../../selectors/format.ts';
import { ReportPanel } from '../../views/reports/report-panel.tsx';
import { useDashboard, useDashboardState } from '../dashboard-context.ts';
import { useAsked } from '../use-asked.ts';

/** The report of one agent, read anew when its life goes on. */
export function OneReport({ agent }: { readonly agent: Agent }): ReactNode {
  const { client } = useDashboard();
  const now = useDashboardState((state) => state.now);
  const id = agent.facts.agent_id;
  const { asked, again } = useAsked(id, versionOf(agent), () => client.api.report(id));
  return (
    <ReportPanel
      report={
        asked.status === 'known'
          ? { status: 'known', answer: asked.value }
          : asked.status === 'failed'
            ? { status: 'failed', message: asked.failure.message }
            : asked
      }
      absent={absentWords(agent, now)}
      unproven={agent.life.status === 'ended' && agent.life.ending.unproven === true ? unprovenWords : null}
      onAgain={again}
    />
  );
}

/** Its file is written while it runs, too, but what is asked for at each turn of its life is enough. */
const versionOf = ({ life }: Agent): string =>
  life.status === 'ended' ? `${life.status} ${life.ending.completed_at}` : life.status;

const unprovenWords =
  'It says that it succeeded, but nothing shows that it worked: it ended within seconds, without a tool call, output or child. Look at its log before you rely on it.';

function absentWords(agent: Agent, now: number): string {
  const { facts, life } = agent;
  if (life.status === 'never_began') return 'It never began, so it owes no report.';
  if (!isEnded(agent)) {
    return facts.report_required
      ? 'Not there yet: it is due when the agent ends. The file it is expected in stands above.'
      : 'None was asked for, and none is there yet.';
  }
  const at = life.status === 'ended' ? ` It ended at ${clockTime(life.ending.completed_at, now)}.` : '';
  return facts.report_required
    ? `No report.${at} The agent was asked to write one into the file above; run it again, or ask its parent.`
    : 'None was asked for, and none was written.';
}
