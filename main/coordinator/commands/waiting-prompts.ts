/**
 * Small prompts of agents that wait. Their files are copies of what the journal has, needed at the start at the latest: making
 * one costs as much as all else of a deployment, so in a burst that is left for a moment when nobody asks for anything.
 */
import type { Layout } from '../root/layout.ts';
import { placeInline } from './stored-prompt.ts';

/** Together in memory; beyond it a prompt's file is made at once. */
const mostBytes = 16 * 1024 * 1024;
/** Of an entry beside its text, about. */
const entryBytes = 256;
const quietMs = 250;
const turnMs = 50;
const workMs = 5;
/** After the disk refused one. */
const patienceMs = 5000;
/** For those that are left at the end; the next start makes the rest from the journal. */
const closeMs = 2000;

export interface WaitingPromptsOptions {
  readonly layout: Pick<Layout, 'runFolder' | 'promptFile'>;
  /** Whether there still is such an agent. */
  readonly isKnown: (agentId: string) => boolean;
}

export class WaitingPrompts {
  readonly #options: WaitingPromptsOptions;
  readonly #texts = new Map<string, string>();
  #bytes = 0;
  #timer: NodeJS.Timeout | null = null;
  /** `performance.now()`: not before. */
  #dueAt = 0;

  constructor(options: WaitingPromptsOptions) {
    this.#options = options;
  }

  /** False: there is no room for it, and its file is to be made now. */
  hold(agentId: string, prompt: string): boolean {
    const bytes = sizeOf(prompt);
    if (this.#bytes + bytes > mostBytes) return false;
    this.#texts.set(agentId, prompt);
    this.#bytes += bytes;
    this.#dueAt = Math.max(this.#dueAt, performance.now() + quietMs);
    this.#timer ??= setInterval(() => this.#turn(), turnMs).unref();
    return true;
  }

  /** Makes the file, if that was left for later. Throws what the system says. */
  place(agentId: string): void {
    const prompt = this.#texts.get(agentId);
    if (prompt === undefined) return;
    const { layout } = this.#options;
    placeInline(layout.runFolder(agentId), layout.promptFile(agentId), prompt);
    this.forget(agentId);
  }

  /** There will be no such agent. */
  forget(agentId: string): void {
    const prompt = this.#texts.get(agentId);
    if (prompt === undefined) return;
    this.#texts.delete(agentId);
    this.#bytes -= sizeOf(prompt);
    if (this.#texts.size === 0) this.#rest();
  }

  close(): void {
    this.#work(closeMs);
    this.#rest();
  }

  #turn(): void {
    const now = performance.now();
    if (now < this.#dueAt || this.#work(workMs)) return;
    this.#dueAt = now + patienceMs;
  }

  /** False: the disk refused one. */
  #work(milliseconds: number): boolean {
    const until = performance.now() + milliseconds;
    for (const agentId of this.#texts.keys()) {
      if (performance.now() > until) break;
      if (!this.#isPlaced(agentId)) return false;
    }
    return true;
  }

  #isPlaced(agentId: string): boolean {
    if (!this.#options.isKnown(agentId)) {
      this.forget(agentId);
      return true;
    }
    try {
      this.place(agentId);
      return true;
    } catch {
      return false; // Who starts it is told why.
    }
  }

  #rest(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

const sizeOf = (prompt: string): number => 2 * prompt.length + entryBytes;
