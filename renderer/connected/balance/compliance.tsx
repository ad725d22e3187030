import { type ReactNode, useEffect, useState } from 'react';
import type { HttpClient } from '../../../clients/typescript/http-client.ts';
import type { Fleet } from '../../../protocol/fleet.ts';
import { agentPath, pathWords } from '../../selectors/agent-path.ts';
import { CompliancePanel, type TreeScore } from '../../views/balance/compliance-panel.tsx';
import { useDashboard } from '../dashboard-context.ts';

/** Trees that are scored, the newest: each is a question of its own. */
const mostTrees = 10;

interface Asked {
  readonly scores: readonly TreeScore[];
  readonly failure: string | null;
}

/** The scores of all, and of the newest trees; asked for when it is opened. */
export function Compliance(): ReactNode {
  const { store, client } = useDashboard();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [round, setRound] = useState(1);
  useEffect(() => {
    let isWanted = true;
    void ask(client.api, store.getState().fleet).then((answer) => {
      if (isWanted) setAsked(answer);
    });
    return () => void (isWanted = false);
  }, [store, client, round]);
  return (
    <CompliancePanel
      scores={asked?.scores ?? null}
      failure={asked?.failure ?? null}
      onAgain={() => setRound(round + 1)}
    />
  );
}

async function ask(api: HttpClient, fleet: Fleet): Promise<Asked> {
  const tops = [...fleet.agents.values()]
    .filter(({ facts }) => facts.parent_agent === null || !fleet.agents.has(facts.parent_agent))
    .sort((a, b) => b.facts.ordinal - a.facts.ordinal)
    .slice(0, mostTrees)
    .map(({ facts }) => facts.agent_id);
  const answers = await Promise.all([
    api.compliance(),
    ...tops.map((agent_id) => api.compliance({ agent_id, tree: true })),
  ]);
  const refused = answers.find((answer) => !answer.ok);
  const scores = answers.flatMap((answer) => {
    if (!answer.ok || answer.value.agents.length === 0) return [];
    const { agent_id } = answer.value;
    const title = agent_id === null ? 'All agents' : pathWords(agentPath(fleet, agent_id).slice(1));
    return [{ title, answer: answer.value }];
  });
  return { scores, failure: refused?.ok === false ? refused.failure.message : null };
}
