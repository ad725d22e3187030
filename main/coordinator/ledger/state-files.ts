/**
 * `state/<agent_id>.json`: the record of each agent as a file, for clients that only read files. Rebuilt when missing, and
 * tried again until the disk takes it: a file that tells of the past for longer than that is said to.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Agent } from '../../../protocol/agent.ts';
import { acceptances, type Sequenced } from '../../../protocol/events.ts';
import { agentsInOrder, type Fleet, livingAgents } from '../../../protocol/fleet.ts';
import { membersIfOver } from '../../../protocol/groups.ts';
import { agentRecord, type RecordOf } from '../../../protocol/record.ts';
import type { Layout } from '../root/layout.ts';
import { errorWords, type StorageHealth } from '../storage-health.ts';
import { replaceFile } from './atomic-file.ts';

/** An agent changes several times within milliseconds when it starts and ends; its file is written once. */
const gatherMs = 40;
/** Nobody is kept waiting for longer than this, or for one file. */
const turnMs = 2;
/** A burst must not be slowed by the files that tell of it: at most a fifth of the time goes into them, in a busy one a twentieth. */
const restPerWork = 4;
const busyRestPerWork = 19;
/** Share of the time since the last turn in which there was something else to do. */
const busyShare = 0.7;
/** A file that somebody holds open on Windows, or a full disk: asked again this often. */
const tryAgainMs = 250;
/** Trouble shorter than this is nobody's business. */
const troubleAfterMs = 2000;
/** Whether somebody removed the folder, or a file of a living agent, is looked at this often. */
const lookEveryMs = 2000;

export class StateFiles {
  readonly #layout: Layout;
  readonly #fleet: () => Fleet;
  readonly #health: StorageHealth;
  readonly #record: RecordOf;
  readonly #dirty = new Set<string>();
  /** Has no file yet and waits: less urgent than a file that tells of the past. */
  readonly #new = new Set<string>();
  #scheduled: NodeJS.Timeout | null = null;
  #looking: NodeJS.Timeout | null = null;
  #restMs = gatherMs;
  #load = performance.eventLoopUtilization();
  /** When the writes that still fail began to; `performance.now()`. */
  #failingSince: number | null = null;

  constructor(layout: Layout, fleet: () => Fleet, health: StorageHealth, record: RecordOf = agentRecord) {
    this.#layout = layout;
    this.#fleet = fleet;
    this.#health = health;
    this.#record = record;
  }

  /** Marks the agents an event concerns; their files are written a moment later, an end at once. */
  onEvent({ event }: Sequenced): void {
    for (const { facts } of acceptances(event)) {
      this.#markNew(facts.agent_id);
      if (facts.parent_agent !== null) this.#mark(facts.parent_agent);
    }
    if (event.type === 'agent_ended' || event.type === 'agent_never_began') {
      this.writeNow(event.agent_id); // Whoever waits for the end looks here.
      this.#markGroup(event.agent_id);
    } else if (event.type === 'agents_forgotten') {
      for (const agentId of event.agent_ids) rmSync(this.#layout.stateFile(agentId), { force: true });
    } else if (event.type === 'agents_requeued') {
      for (const agentId of event.agent_ids) this.#mark(agentId);
    } else if (event.type !== 'external_seen' && 'agent_id' in event && !this.#isStillNew(event)) {
      this.#mark(event.agent_id);
    }
    if ('agent_id' in event) this.#markBudgetsAbove(event.agent_id);
  }

  /** It has no file yet, and this only tells for what it waits. */
  #isStillNew({ type, agent_id }: { readonly type: string; readonly agent_id: string }): boolean {
    return type === 'agent_waiting' && this.#new.has(agent_id);
  }

  /** What it spends is spent of theirs. */
  #markBudgetsAbove(agentId: string): void {
    const { agents } = this.#fleet();
    for (let id = agents.get(agentId)?.facts.parent_agent ?? null; id !== null;) {
      const facts = agents.get(id)?.facts;
      if (facts?.budget !== undefined) this.#mark(id);
      id = facts?.parent_agent ?? null;
    }
  }

  /** Writes an agent's file now, so that it is there before the answer that names the agent. */
  writeNow(agentId: string): void {
    this.#dirty.delete(agentId);
    this.#new.delete(agentId);
    const agent = this.#fleet().agents.get(agentId);
    if (agent !== undefined) this.#write(agent);
  }

  /** After a start: files that are missing, and those of agents that lived while nobody wrote. Then looks after them. */
  rebuild(): void {
    this.#writeMissing(agentsInOrder(this.#fleet()), this.#inFolder());
    for (const agent of livingAgents(this.#fleet())) this.#write(agent);
    this.#looking ??= setInterval(() => void this.#look(), lookEveryMs).unref();
  }

  /** All of them, whatever is there. How many; those that the disk refuses are tried again. */
  writeAll(): number {
    const agents = agentsInOrder(this.#fleet());
    for (const agent of agents) this.#write(agent);
    return agents.length;
  }

  flush(): void {
    this.#writeFor(Infinity);
  }

  #turn(): void {
    const others = performance.eventLoopUtilization(this.#load).utilization;
    const began = performance.now();
    this.#writeFor(turnMs);
    const rest = others > busyShare ? busyRestPerWork : restPerWork;
    const isDone = this.#dirty.size + this.#new.size === 0;
    this.#restMs = Math.max(isDone ? gatherMs : 0, rest * (performance.now() - began));
    this.#load = performance.eventLoopUtilization();
    if (!isDone) this.#schedule(this.#restMs);
  }

  #writeFor(milliseconds: number): void {
    if (this.#scheduled !== null) clearTimeout(this.#scheduled);
    this.#scheduled = null;
    const until = performance.now() + milliseconds;
    for (const due of [this.#dirty, this.#new]) {
      let left = due.size; // Those that fail come back to its end, for later.
      for (const agentId of due) {
        if (left-- === 0 || performance.now() > until) break;
        this.writeNow(agentId);
      }
    }
    if (this.#dirty.size === 0 && this.#failingSince !== null) {
      this.#failingSince = null;
      this.#health.wellAgain('state_files');
    }
  }

  /** Writes what is still to be written, and lets go. */
  close(): void {
    if (this.#looking !== null) clearInterval(this.#looking);
    this.#looking = null;
    this.flush();
    if (this.#scheduled !== null) clearTimeout(this.#scheduled);
    this.#scheduled = null;
  }

  /** Each one's part of the work stands when the last of them has ended. */
  #markGroup(agentId: string): void {
    const fleet = this.#fleet();
    const agent = fleet.agents.get(agentId);
    const members = agent === undefined ? [] : membersIfOver(fleet, agent);
    if (members.length > 1) for (const { facts } of members) this.#mark(facts.agent_id);
  }

  #mark(agentId: string, afterMs = this.#restMs): void {
    this.#new.delete(agentId);
    this.#dirty.add(agentId);
    this.#schedule(afterMs);
  }

  #markNew(agentId: string): void {
    this.#new.add(agentId);
    this.#schedule(this.#restMs);
  }

  #schedule(afterMs: number): void {
    this.#scheduled ??= setTimeout(() => this.#turn(), afterMs);
  }

  /** What is missing is marked, and written in its turn: of thousands that wait most may not have a file yet. */
  async #look(): Promise<void> {
    const names = await readdir(this.#layout.state).then(
      (found) => new Set(found),
      () => null,
    );
    if (this.#looking === null) return; // Closed meanwhile.
    const agents = names === null ? agentsInOrder(this.#fleet()) : livingAgents(this.#fleet());
    for (const { facts } of agents) {
      if (names?.has(`${facts.agent_id}.json`) === true) continue;
      if (!this.#new.has(facts.agent_id)) this.#mark(facts.agent_id);
    }
  }

  #writeMissing(agents: readonly Agent[], isThere: (path: string) => boolean): void {
    for (const agent of agents) if (!isThere(this.#layout.stateFile(agent.facts.agent_id))) this.#write(agent);
  }

  /** One look at the folder, where asking for each of thousands of files would take ten times as long. */
  #inFolder(): (path: string) => boolean {
    try {
      const names = new Set(readdirSync(this.#layout.state));
      return (path) => names.has(basename(path));
    } catch {
      return () => false; // Gone or unreadable: writing will tell.
    }
  }

  #write(agent: Agent): void {
    const record = this.#record(agent);
    const path = this.#layout.stateFile(record.agent_id);
    const text = `${JSON.stringify(record, null, 2)}\n`;
    try {
      if (this.#failingSince !== null) mkdirSync(this.#layout.state, { recursive: true, mode: 0o700 });
      replaceFile(path, text);
    } catch (error) {
      this.#failed(record.agent_id, error);
    }
  }

  #failed(agentId: string, error: unknown): void {
    this.#failingSince ??= performance.now();
    this.#mark(agentId, tryAgainMs);
    if (performance.now() - this.#failingSince < troubleAfterMs) return;
    this.#health.trouble(
      'state_files',
      `Files in state/ cannot be written (${errorWords(error)}) and may tell of the past. Nothing is lost, the journal has everything; HTTP answers are up to date.`,
    );
  }
}
