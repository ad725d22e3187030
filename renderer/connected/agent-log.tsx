import type { ReactNode } from 'react';
import { type Agent, isEnded } from '../../protocol/agent.ts';
import { agentTitle } from '../selectors/tree-rows.ts';
import { LogView } from '../views/log-view.tsx';
import { useFollowedLog } from './use-followed-log.ts';

/** The log of the selected agent, followed while it lives. */
export function AgentLog({ agent }: { readonly agent: Agent }): ReactNode {
  const { log, atEnd, newLines, onAtEnd, onToEnd, onLoadEarlier } = useFollowedLog(agent);
  return (
    <LogView
      label={`Log of ${agentTitle(agent)}`}
      window={log.window}
      phase={log.phase}
      loadingEarlier={log.loadingEarlier}
      emptyText={emptyText(agent, log.phase.status === 'loading')}
      atEnd={atEnd}
      newLines={newLines}
      onAtEnd={onAtEnd}
      onToEnd={onToEnd}
      onLoadEarlier={onLoadEarlier}
    />
  );
}

function emptyText(agent: Agent, loading: boolean): string {
  if (loading) return 'Reading the log …';
  if (agent.life.status === 'never_began') return 'It never started, so it wrote nothing.';
  if (isEnded(agent)) return 'It wrote nothing.';
  return agent.life.status === 'queued' ? 'Nothing yet: it has not started.' : 'Nothing yet.';
}
