/** `state/<agent_id>.json`: the record of each agent as a file, for clients that only read files. Rebuilt when missing. */
import { existsSync } from 'node:fs';
import type { Agent } from '../../../protocol/agent.ts';
import type { Sequenced } from '../../../protocol/events.ts';
import { agentsInOrder, type Fleet } from '../../../protocol/fleet.ts';
import { agentRecord } from '../../../protocol/record.ts';
import type { Layout } from '../root/layout.ts';
import { replaceFile } from './atomic-file.ts';

/** An agent changes several times within milliseconds when it starts and ends; its file is written once. */
const gatherMs = 40;
/** A burst must not be slowed by the files that tell of it: at most a fifth of the time goes into them. */
const restPerWork = 4;
const longestRestMs = 500;

export class StateFiles {
  readonly #layout: Layout;
  readonly #fleet: () => Fleet;
  readonly #log: (line: string) => void;
  readonly #dirty = new Set<string>();
  #scheduled: NodeJS.Timeout | null = null;
  #restMs = gatherMs;

  constructor(layout: Layout, fleet: () => Fleet, log: (line: string) => void) {
    this.#layout = layout;
    this.#fleet = fleet;
    this.#log = log;
  }

  /** Marks the agents an event concerns; their files are written a moment later, an end at once. */
  onEvent({ event }: Sequenced): void {
    if (event.type === 'agent_accepted') {
      this.#mark(event.facts.agent_id);
      if (event.facts.parent_agent !== null) this.#mark(event.facts.parent_agent);
    } else if (event.type === 'agent_ended' || event.type === 'agent_never_began') {
      this.writeNow(event.agent_id); // Whoever waits for the end looks here.
    } else if ('agent_id' in event) {
      this.#mark(event.agent_id);
    }
  }

  /** Writes an agent's file now, so that it is there before the answer that names the agent. */
  writeNow(agentId: string): void {
    this.#dirty.delete(agentId);
    const agent = this.#fleet().agents.get(agentId);
    if (agent !== undefined) this.#write(agent);
  }

  /** After a start: files that are missing, and those of agents that lived while nobody wrote. */
  rebuild(): void {
    const { living } = this.#fleet();
    for (const agent of agentsInOrder(this.#fleet())) {
      const id = agent.facts.agent_id;
      if (living.has(id) || !existsSync(this.#layout.stateFile(id))) this.#write(agent);
    }
  }

  flush(): void {
    if (this.#scheduled !== null) clearTimeout(this.#scheduled);
    this.#scheduled = null;
    const began = performance.now();
    for (const agentId of [...this.#dirty]) this.writeNow(agentId);
    this.#restMs = Math.min(Math.max(gatherMs, restPerWork * (performance.now() - began)), longestRestMs);
  }

  #mark(agentId: string): void {
    this.#dirty.add(agentId);
    this.#scheduled ??= setTimeout(() => this.flush(), this.#restMs);
  }

  #write(agent: Agent): void {
    const record = agentRecord(agent);
    try {
      replaceFile(this.#layout.stateFile(record.agent_id), `${JSON.stringify(record, null, 2)}\n`);
    } catch (error) {
      this.#log(`state file of ${record.agent_id} could not be written (the journal has everything): ${String(error)}`);
    }
  }
}
