/**
 * What the trees of all runs use, looked at every two seconds or less often in one pass. The last few minutes are kept in memory, for
 * charts; they are measurements, not facts of the ledger.
 */
import type { Clock } from '../clock.ts';
import type { RunMark, Trees, TreeUsage } from './ownership.ts';

export interface Sample {
  /** ISO 8601. */
  readonly at: string;
  /** Of one core, since the sample before; null for the first, and where the system does not tell. */
  readonly cpuPercent: number | null;
  readonly memoryMb: number | null;
  /** Living processes of the whole tree. */
  readonly processes: number | null;
}

export interface SamplerOptions {
  readonly trees: Trees;
  readonly clock: Clock;
  readonly everyMs?: number;
  readonly onSample: (run: RunMark, sample: Sample) => void;
  /** All were looked at; also once when nobody is left. */
  readonly onLook?: () => void;
}

/**
 * A look costs in proportion to the fleet; it rests so much longer that its share of a core stays below half a percent. Only
 * what this process was given of the processors counts: on a busy machine a look takes long, and costs no more.
 */
const restPerLook = 200;
/** ms. Charts have no longer gaps than this, whatever a look costs. */
const longestRestMs = 15_000;
/** Five minutes, of a fleet that is not large. */
const kept = 150;

/** What is known of ended runs is kept for so many of them. */
const endedKept = 200;

/** Of a whole run, as far as it was looked at; null: unknown. */
export interface Measured {
  readonly cpuPercent: number | null;
  readonly memoryMb: number | null;
  readonly cpuPercentAvg: number | null;
  readonly memoryMbPeak: number | null;
}
export const unmeasured: Measured = { cpuPercent: null, memoryMb: null, cpuPercentAvg: null, memoryMbPeak: null };

interface Look {
  readonly atMs: number;
  readonly cpuSeconds: number | null;
}

interface Sampled {
  readonly run: RunMark;
  readonly samples: Sample[];
  /** The first look that told processor time. */
  firstCpu: Look | null;
  last: Look | null;
  cpuPercentAvg: number | null;
  memoryMbPeak: number | null;
}

export class Sampler {
  readonly #options: SamplerOptions;
  readonly #everyMs: number;
  readonly #sampled = new Map<string, Sampled>();
  /** By agent: its last run that ended. */
  readonly #ended = new Map<string, Sampled>();
  #timer: NodeJS.Timeout | null = null;

  constructor(options: SamplerOptions) {
    this.#options = options;
    this.#everyMs = options.everyMs ?? 2000;
  }

  add(run: RunMark): void {
    const unknown = { firstCpu: null, last: null, cpuPercentAvg: null, memoryMbPeak: null };
    this.#sampled.set(run.nonce, { run, samples: [], ...unknown });
    this.#timer ??= this.#nextPass();
  }

  remove({ nonce, agentId }: RunMark): void {
    const sampled = this.#sampled.get(nonce);
    this.#sampled.delete(nonce);
    if (sampled === undefined || sampled.samples.length === 0) return;
    this.#ended.delete(agentId);
    this.#ended.set(agentId, sampled);
    if (this.#ended.size > endedKept) this.#ended.delete(this.#ended.keys().next().value ?? '');
  }

  /** Oldest first; empty for a run that is not sampled. */
  samplesOf({ nonce }: RunMark): readonly Sample[] {
    return this.#sampled.get(nonce)?.samples ?? [];
  }

  /** The same of an agent's last run that ended, where it was sampled and is not too long ago. */
  samplesOfEnded(agentId: string): readonly Sample[] {
    return this.#ended.get(agentId)?.samples ?? [];
  }

  measuredOf({ nonce }: RunMark): Measured {
    const sampled = this.#sampled.get(nonce);
    const now = sampled?.samples.at(-1);
    if (sampled === undefined || now === undefined) return unmeasured;
    const { cpuPercentAvg, memoryMbPeak } = sampled;
    return { cpuPercent: now.cpuPercent, memoryMb: now.memoryMb, cpuPercentAvg, memoryMbPeak };
  }

  close(): void {
    this.#sampled.clear();
    this.#ended.clear();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #nextPass(costMs = 0): NodeJS.Timeout {
    return setTimeout(() => void this.#pass(), restAfter(costMs, this.#everyMs)).unref();
  }

  async #pass(): Promise<void> {
    const cost = costMeter();
    const runs = [...this.#sampled.values()].map(({ run }) => run);
    const usages = await this.#usages(runs);
    for (const [nonce, usage] of usages) this.#take(nonce, usage);
    this.#options.onLook?.();
    // Nobody left: the next run that is added starts it again.
    this.#timer = this.#sampled.size > 0 ? this.#nextPass(cost()) : null;
  }

  /** A look that fails (no descriptor free) is left out: there is no measurement then, and the next may work. */
  async #usages(runs: readonly RunMark[]): Promise<ReadonlyMap<string, TreeUsage>> {
    try {
      return await this.#options.trees.usageOf(runs);
    } catch {
      return new Map();
    }
  }

  #take(nonce: string, { cpuSeconds, memoryMb: exactMb, processes }: TreeUsage): void {
    const { clock, onSample } = this.#options;
    const sampled = this.#sampled.get(nonce);
    if (sampled === undefined) return; // It ended while we looked.
    const atMs = clock.monotonic();
    const memoryMb = exactMb === null ? null : tenths(exactMb);
    const sample = { at: clock.now(), cpuPercent: cpuPercent(sampled.last, atMs, cpuSeconds), memoryMb, processes };
    sampled.last = { atMs, cpuSeconds };
    if (cpuSeconds !== null) sampled.firstCpu ??= sampled.last;
    sampled.cpuPercentAvg = cpuPercent(sampled.firstCpu, atMs, cpuSeconds) ?? sampled.cpuPercentAvg;
    if (memoryMb !== null) sampled.memoryMbPeak = Math.max(memoryMb, sampled.memoryMbPeak ?? 0);
    sampled.samples.push(sample);
    if (sampled.samples.length > kept) sampled.samples.shift();
    onSample(sampled.run, sample);
  }
}

/** All in ms: from the end of a look that cost so much to the next. */
export const restAfter = (costMs: number, everyMs: number): number =>
  Math.max(everyMs, Math.min(restPerLook * costMs, longestRestMs));

/** ms of a processor since it was made, at most: what else this process did meanwhile is in it, too. */
function costMeter(): () => number {
  const beganMs = performance.now();
  const usedBefore = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(usedBefore);
    return Math.min(performance.now() - beganMs, (user + system) / 1000);
  };
}

/** Never below zero: a member that ended uncollected takes its seconds with it where no cgroup counts them. */
function cpuPercent(last: Look | null, atMs: number, cpuSeconds: number | null): number | null {
  if (last === null || last.cpuSeconds === null || cpuSeconds === null || atMs <= last.atMs) return null;
  return Math.max(0, tenths(((cpuSeconds - last.cpuSeconds) * 100_000) / (atMs - last.atMs)));
}

/** What lies behind the first decimal is no measurement any more. */
const tenths = (value: number): number => Math.round(value * 10) / 10;
