import { type ReactNode, useMemo, useState } from 'react';
import { Button, MessageBar, MessageBarActions, MessageBarBody } from '@fluentui/react-components';
import type { ClientResult } from '../../../clients/typescript/client.ts';
import type { HttpClient } from '../../../clients/typescript/http-client.ts';
import type { Agent } from '../../../protocol/agent.ts';
import type { Sequenced } from '../../../protocol/events.ts';
import { eventLines } from '../../selectors/event-words.ts';
import { EventList } from '../../views/agent/event-list.tsx';
import { useDashboard, useDashboardState } from '../dashboard-context.ts';
import { useAsked } from '../use-asked.ts';

const shownAtFirst = 200;
const pageSize = 1000;

export default function EventsTab({ agent }: { readonly agent: Agent }): ReactNode {
  const { client } = useDashboard();
  const now = useDashboardState((state) => state.now);
  const id = agent.facts.agent_id;
  const [shown, setShown] = useState(shownAtFirst);
  // The agent is another object at each of its events.
  const version = useMemo(() => String(versionOf(agent)), [agent]);
  const { asked, again } = useAsked(id, version, () => allEvents(client.api, id));
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

interface AllEvents {
  readonly events: readonly Sequenced[];
  readonly isCut: boolean;
}

async function allEvents(api: HttpClient, agentId: string): Promise<ClientResult<AllEvents>> {
  const events: Sequenced[] = [];
  let isCut = false;
  for (let since = 0; ;) {
    const page = await api.events(since, { agentId, limit: pageSize });
    if (!page.ok) return page;
    events.push(...page.value.events);
    isCut ||= page.value.is_gap;
    if (page.value.is_complete) return { ok: true, value: { events, isCut } };
    since = page.value.next_since;
  }
}

const versions = new WeakMap<Agent, number>();
let lastVersion = 0;

/** One more for each other state of an agent. */
function versionOf(agent: Agent): number {
  const known = versions.get(agent);
  if (known !== undefined) return known;
  lastVersion += 1;
  versions.set(agent, lastVersion);
  return lastVersion;
}
