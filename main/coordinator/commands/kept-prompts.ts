/** Prompts of agents that are to begin (again): whole on the disk, or brought back from the journal, which has the small ones. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AgentFacts } from '../../../protocol/agent.ts';
import { acceptances } from '../../../protocol/events.ts';
import { scanJournal } from '../ledger/journal-read.ts';
import type { Layout } from '../root/layout.ts';
import { placeInline } from './stored-prompt.ts';

/** Ids of those whose prompt is nowhere any more. Throws what the system says when the disk refuses one that is known. */
export function restoreKeptPrompts(layout: Layout, agents: readonly AgentFacts[]): ReadonlySet<string> {
  const broken = agents.filter((facts) => !isWholePrompt(layout.promptFile(facts.agent_id), facts.prompt_sha256));
  const wanted = new Map(broken.map(({ agent_id, prompt_sha256 }) => [agent_id, prompt_sha256]));
  if (wanted.size === 0) return new Set();
  scanJournal(layout.journal, ({ event }) => {
    for (const { facts, prompt } of acceptances(event)) {
      const { agent_id, prompt_sha256 } = facts;
      if (prompt === null || wanted.get(agent_id) !== prompt_sha256) continue;
      placeInline(layout.runFolder(agent_id), layout.promptFile(agent_id), prompt);
      wanted.delete(agent_id);
    }
  });
  return new Set(wanted.keys());
}

export function isWholePrompt(path: string, sha256: string): boolean {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex') === sha256;
  } catch {
    return false; // Missing, or not to be read: either way the agent could not read it.
  }
}
