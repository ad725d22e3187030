import type { ReactNode } from 'react';
import type { Agent } from '../../../protocol/agent.ts';

export default function UsageTab({ agent }: { readonly agent: Agent }): ReactNode {
  return <p>{agent.facts.agent_id}</p>;
}
