import { type ReactNode, useMemo, useState } from 'react';
import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components';
import type { Agent } from '../../../protocol/agent.ts';
import { eventLines } from '../../selectors/event-words.ts';
import { EventList } from '../../views/agent/event-list.tsx';
import { useDashboardState } from '../dashboard-context.ts';
import { useAgentEvents, versionOf } from './use-agent-events.ts';

const shownAtFirst = 200;

export default function EventsTab({ agent }: { readonly agent: Agent }): ReactNode {
  const now = useDashboardState((state) => state.now);
  const [shown, setShown] = useState(shownAtFirst);
  // The agent is another object at each of its events.
  const { asked, again } = useAgentEvents(agent.facts.agent_id, versionOf(agent));
  const lines = useMemo(() => (asked.status === 'known' ? eventLines(asked.value.events) : []), [asked]);
  if (asked.status === 'asking') return <p className="tab-word">Reading the journal …</p>;
  if (asked.status === 'failed') {
    return (
      <MessageBar intent="error" layout="multiline">
        <MessageBarBody>The events could not be read: {asked.failure.message}</MessageBarBody>
        <MessageBarActions>
          <Button size="small" onClick={again}>
            Try again
          </Button>
        </MessageBarActions>
      </MessageBar>
    );
  }
  return (
    <EventList
      lines={lines.slice(0, shown)}
      now={now}
      onMore={lines.length > shown ? () => setShown(shown + shownAtFirst) : null}
      isCut={asked.value.isCut && lines.length <= shown}
    />
  );
}
