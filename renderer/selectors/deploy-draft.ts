/** An agent to be, as a person writes it, and the request it becomes. */
import type { Fleet } from '../../protocol/fleet.ts';
import type { DeployInput } from '../../clients/typescript/client.ts';
import { agentTitle } from './tree-rows.ts';

export interface DeployDraft {
  readonly type: string;
  readonly name: string;
  /** '' for the person at the top. */
  readonly parent: string;
  /** '' for the default of the settings. */
  readonly runtime: string;
  readonly model: string;
  readonly prompt: string;
}

export const emptyDraft: DeployDraft = { type: 'L1', name: '', parent: '', runtime: '', model: '', prompt: '' };

/** `L1` below the person, `L2.3` as the third below an L1, and so on; '' below the last level. */
export function nextType(fleet: Fleet, parent: string): string {
  const above = fleet.agents.get(parent);
  const external = fleet.externals.get(parent);
  if (above === undefined) return external === undefined ? 'L1' : `L${external.level + 1}`;
  const { level, agent_type } = above.facts;
  const at = above.children.length + 1;
  const path = agent_type.replace(/^L\d+\.?/, '');
  return `L${level + 1}.${path === '' ? '' : `${path}.`}${at}`;
}

/** Who may be a parent: those that live, the newest first. */
export const parentsOf = (fleet: Fleet): readonly { readonly id: string; readonly words: string }[] =>
  [...fleet.living.keys()]
    .flatMap((id) => fleet.agents.get(id) ?? [])
    .sort((a, b) => b.facts.ordinal - a.facts.ordinal)
    .map((agent) => ({ id: agent.facts.agent_id, words: `${agent.facts.agent_type} ${agentTitle(agent)}` }));

export function requestOf({ type, name, parent, runtime, model, prompt }: DeployDraft): DeployInput {
  return {
    agent_type: type.trim(),
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    ...(parent === '' ? {} : { parent_agent: parent }),
    config: {
      prompt,
      ...(runtime.trim() === '' ? {} : { runtime: runtime.trim() }),
      ...(model.trim() === '' ? {} : { model: model.trim() }),
    },
  };
}
